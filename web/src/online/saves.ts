import type { Save } from './api'

/**
 * What this phone knows of one question's answer. Every change counts n up; the highest n is what counts, wherever it was
 * made.
 */
export interface Line {
  /** As shown. */
  readonly a: readonly string[]
  readonly n: number
  /** Made here, and not acknowledged by the server. */
  readonly pending: Save | null
  /** Why the server did not take the last change; "" otherwise. */
  readonly refused: string
  /** An answer made here that never arrived, when a newer one from another phone had been saved: the person chooses. */
  readonly mine: readonly string[] | null
  /** The answer was changed on another phone while this page stood open. */
  readonly elsewhere: boolean
}

export const empty: Line = { a: [], n: 0, pending: null, refused: '', mine: null, elsewhere: false }

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i])
}

/** The person answers. An answer that is there already is not saved again. */
export function edit(line: Line, q: number, a: readonly string[], id: string): Line {
  if (same(a, line.a) && !line.refused && !line.mine) return line
  const n = line.n + 1
  return { ...empty, a: [...a], n, pending: { id, q, n, a: [...a] } }
}

/** The server has this save. An earlier one than what is pending says nothing about that. */
export function acked(line: Line, id: string): Line {
  return line.pending?.id === id ? { ...line, pending: null } : line
}

export function refused(line: Line, id: string, key: string): Line {
  return line.pending?.id === id ? { ...line, pending: null, refused: key } : line
}

/** The server's answer to a question, as it was when it was asked for. `known` when this page had it before. */
export function fromServer(line: Line, a: readonly string[], n: number, known: boolean): Line {
  const p = line.pending
  // It was on its way while we changed it, or it knows less than we have had acknowledged.
  if (n < line.n) return line
  if (same(a, line.a)) return { ...line, n, pending: null }
  if (p && p.n > n) return line
  if (p) return { ...empty, a: [...a], n, mine: p.a }
  return { ...line, a: [...a], n, refused: '', elsewhere: known }
}

/** The answer that was made here counts after all. */
export function takeMine(line: Line, q: number, id: string): Line {
  return line.mine ? edit(line, q, line.mine, id) : line
}

/** What another tab of this phone, or this one before a reload, has kept. */
export function fromStorage(line: Line, kept: Save): Line {
  const newer = kept.n > line.n || (kept.n === line.n && line.pending === null && !same(kept.a, line.a))
  return newer ? { ...empty, a: [...kept.a], n: kept.n, pending: kept } : line
}

/** How an answer stands, as the person is told. */
export type Mark = 'none' | 'saving' | 'saved' | 'waiting' | 'refused'

/** `cut`: the last try to send did not get through. */
export function markOf(line: Line, cut: boolean): Mark {
  if (line.refused) return 'refused'
  if (line.pending) return cut ? 'waiting' : 'saving'
  return line.n > 0 ? 'saved' : 'none'
}
