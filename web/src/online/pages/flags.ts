import { shallowReactive } from 'vue'
import { keep, kept } from '../../play/seat'

/** Questions that the person wants to look at again, and where they were: kept on this phone only. */

const all = new Map<string, Set<number>>()

export function flags(attempt: string): Set<number> {
  let set = all.get(attempt)
  if (!set) {
    let numbers: unknown = []
    try {
      numbers = JSON.parse(kept(`leitai.flags.${attempt}`) ?? '[]')
    } catch {
      // None, then.
    }
    set = shallowReactive(new Set(Array.isArray(numbers) ? numbers.map(Number) : []))
    all.set(attempt, set)
  }
  return set
}

export function toggleFlag(attempt: string, q: number): void {
  const set = flags(attempt)
  if (!set.delete(q)) set.add(q)
  keep(`leitai.flags.${attempt}`, set.size ? JSON.stringify([...set]) : null)
}

export function keepPlace(attempt: string, q: number): void {
  keep('leitai.place', JSON.stringify([attempt, q]))
}

export function keptPlace(attempt: string): number {
  try {
    const [of, q] = JSON.parse(kept('leitai.place') ?? '[]') as [unknown, unknown]
    return of === attempt ? Number(q) || 1 : 1
  } catch {
    return 1
  }
}
