import { computed, ref, shallowRef } from 'vue'
import { ApiError, request } from '../core/api'
import type { Card, Phase } from './api'
import { tokenOf } from './seat'
import { explain } from './text'

/** The contest that the pages are about. Who this person is in it is in standing.ts. */

/** Server Unix ms less performance.now(): a guess from the card, better known when there is a clock (clock.ts). */
let offset = Date.now() - performance.now()
/** The server's time, turned on every quarter of a second. */
export const now = ref(0)
export function setOffset(ms: number): void {
  offset = ms
  now.value = performance.now() + offset
}
setInterval(() => {
  setOffset(offset)
}, 250)
setOffset(offset)

export const code = ref('')
export const card = shallowRef<Card | null>(null)
/** Of whoever this phone is in this contest; '' for nobody yet. */
export const token = ref('')
/** missing: no such contest; failed: not reached. */
export const state = ref<'loading' | 'ready' | 'missing' | 'failed'>('loading')
export const trouble = ref('')

/** The phase by the clock: the page stands open for hours, and the server's word is of when it was asked. */
export const phase = computed<Phase>(() => (card.value ? phaseAt(card.value, now.value) : 'before'))

export function phaseAt(c: Card, at: number): Phase {
  const { rules: r } = c
  // Staff can close early; what is over stays over.
  if (c.phase === 'after' || at >= r.closes_ms) return 'after'
  if (at >= r.opens_ms) return 'formal'
  if (!r.practice_opens_ms || at < r.practice_opens_ms) return 'before'
  return at < r.practice_closes_ms ? 'practice' : 'between'
}

/** When the phase ends by the clock; 0 when nothing follows. */
export function phaseEnds(c: Card, p: Phase): number {
  const { rules: r } = c
  if (p === 'before') return r.practice_opens_ms || r.opens_ms
  if (p === 'practice') return r.practice_closes_ms
  return p === 'between' ? r.opens_ms : p === 'formal' ? r.closes_ms : 0
}

const place = globalThis as { early?: Promise<Response> | undefined }

/** The card that the script in index.html asked for; null when it did not come, or is of another contest. */
async function earlyCard(of: string): Promise<Card | null> {
  const { early } = place
  place.early = undefined
  try {
    const late = new Promise<undefined>((done) => setTimeout(done, 5_000))
    const found = (await (await Promise.race([early, late]))?.json()) as Card | undefined
    return found?.contest.code === of ? found : null
  } catch {
    return null
  }
}

/** Loads a contest; what is shown of it stays until the answer is here. */
export async function open(of: string): Promise<void> {
  if (code.value !== of) {
    code.value = of
    card.value = null
    state.value = 'loading'
  }
  token.value = tokenOf(of)
  trouble.value = ''
  try {
    const early = await earlyCard(of)
    const c = early ?? (await request<Card>(`/api/v1/online/${of}`))
    if (of !== code.value) return
    setOffset(c.now_ms - performance.now())
    card.value = c
    state.value = 'ready'
  } catch (error) {
    if (of !== code.value) return
    if (error instanceof ApiError && error.code === 'not_found') state.value = 'missing'
    else if (card.value) trouble.value = explain(error)
    else state.value = 'failed'
  }
}
