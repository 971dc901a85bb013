import { computed, ref, shallowRef } from 'vue'
import { ApiError } from '../core/api'
import { ServerClock } from '../core/clock'
import { enterAsPerson, findCard, findMine, isPassing, type Card, type Mine, type Phase } from './api'
import { keepPerson, leaveGuest, person, tokenOf } from './seat'
import { explain } from './text'

/** The contest that the pages are about, and this person in it. */

export const clock = new ServerClock()
/** The server's time, turned on every quarter of a second. */
export const now = ref(clock.now())
setInterval(() => {
  now.value = clock.now()
}, 250)

export const code = ref('')
export const card = shallowRef<Card | null>(null)
/** Null as long as nobody is signed in, or it is not known yet. */
export const mine = shallowRef<Mine | null>(null)
export const token = ref('')
/** missing: no such contest; failed: not reached. */
export const state = ref<'loading' | 'ready' | 'missing' | 'failed'>('loading')
export const trouble = ref('')

/** Who signed in, to be told on the way to contests they are not in. */
export const who = computed(() => mine.value?.entrant.name ?? person()?.name ?? '')

/** The phase by the clock: the page stands open for hours, and the server's word is of when it was asked. */
export const phase = computed<Phase>(() => (card.value ? phaseAt(card.value, now.value) : 'before'))

export function phaseAt(c: Card, at: number): Phase {
  const { rules: r } = c
  // Staff can close early; what is over stays over.
  if (c.phase === 'after' || at >= r.closes_ms) return 'after'
  if (at >= r.opens_ms) return 'formal'
  if (r.practice_opens_ms > 0) {
    if (at < r.practice_opens_ms) return 'before'
    return at < r.practice_closes_ms ? 'practice' : 'between'
  }
  return c.phase === 'practice' || c.phase === 'between' ? c.phase : 'before'
}

/** When the phase ends by the clock; 0 when nothing follows. */
export function phaseEnds(c: Card, p: Phase): number {
  const { rules: r } = c
  if (p === 'before') return r.practice_opens_ms || r.opens_ms
  if (p === 'practice') return r.practice_closes_ms
  return p === 'between' ? r.opens_ms : p === 'formal' ? r.closes_ms : 0
}

const place = globalThis as { early?: Promise<Response> }

/** The card that the script in index.html asked for; null when it did not come, or is of another contest. */
async function earlyCard(of: string): Promise<Card | null> {
  const { early } = place
  delete place.early
  try {
    const late = new Promise<undefined>((done) => setTimeout(done, 5_000))
    const found = (await (await Promise.race([early, late]))?.json()) as Card | undefined
    return found?.contest.code === of ? found : null
  } catch {
    return null
  }
}

/** Loads a contest when it is not the one that is there. */
export async function open(to: string): Promise<void> {
  if (code.value === to && state.value === 'ready') return refresh()
  code.value = to
  card.value = mine.value = null
  state.value = 'loading'
  await refresh()
}

/** Asks for card and standing anew; what is shown stays until the answer is here. */
export async function refresh(): Promise<void> {
  const of = code.value
  token.value = tokenOf(of)
  trouble.value = ''
  const sent = performance.now()
  try {
    const early = await earlyCard(of)
    // Both at once: a slow line has long round trips.
    const own = token.value ? loadMine(of) : null
    const c = early ?? (await findCard(of))
    if (of !== code.value) return
    if (!early) clock.sample(sent, c.now_ms, performance.now())
    else clock.guess(c.now_ms)
    now.value = clock.now()
    card.value = c
    state.value = 'ready'
    await own
  } catch (error) {
    if (of !== code.value) return
    if (error instanceof ApiError && error.code === 'not_found') state.value = 'missing'
    else if (card.value) trouble.value = explain(error)
    else state.value = 'failed'
  }
}

async function loadMine(of: string): Promise<void> {
  const own = token.value
  try {
    const m = await myStanding(of, own)
    if (of === code.value && own === token.value) mine.value = m
  } catch (error) {
    if (of !== code.value || own !== token.value) return
    if (error instanceof ApiError && error.status === 401) forget()
    else if (isPassing(error)) trouble.value = explain(error)
    else {
      mine.value = null
      refused.value = explain(error)
    }
  }
}

/** Why the person who is signed in cannot take part here, such as a unit that is not in the contest; "" otherwise. */
export const refused = ref('')

async function myStanding(of: string, own: string): Promise<Mine> {
  refused.value = ''
  try {
    return await findMine(of, own)
  } catch (error) {
    // Signed in, but never seen in this contest.
    if (!(error instanceof ApiError) || error.code !== 'not_found') throw error
    await enterAsPerson(of, own)
    return findMine(of, own)
  }
}

/** This phone is nobody's any more, as far as this contest goes. */
export function forget(): void {
  if (token.value && token.value === person()?.token) keepPerson(null)
  leaveGuest(code.value)
  token.value = refused.value = ''
  mine.value = null
}
