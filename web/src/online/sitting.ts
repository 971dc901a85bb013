import { computed, ref, shallowReactive, shallowRef } from 'vue'
import { ApiError } from '../core/api'
import type { Attempt, PaperQuestion } from './api'
import { findAttempt, handIn, isPassing, sendSaves, showQuestion } from './calls'
import { clock, timed } from './clock'
import { now, token } from './contest'
import { backoff, SaveQueue } from './queue'
import { empty, markOf, type Line, type Mark } from './saves'
import { passed } from './countdown'

/** One sitting of a paper on this phone. The pages only read and call. */

export const attempt = shallowRef<Attempt | null>(null)
/** By number of the question. */
export const lines = shallowReactive<Record<number, Line>>({})
/**
 * loading; failed: not reached yet, it is tried again; missing: not this person's; open; up: the time is over and the server
 * has still to hand it in; in: handed in; out: the person has to sign in again.
 */
export const stage = ref<'loading' | 'failed' | 'missing' | 'open' | 'up' | 'in' | 'out'>('loading')
export const cut = ref(false)
export const waiting = ref(0)
/** Questions whose last change came too late. */
export const lost = ref<number[]>([])
export const leaves = ref({ times: 0, ms: 0 })
/** The page was left just now, for so many ms; 0 when that has been seen. */
export const away = ref(0)
/** Time left when it was last worth telling, ms: 5 minutes, 1 minute, 10 seconds. */
export const told = ref(0)

let queue: SaveQueue | null = null
let id = ''
let bearer = ''
/** Counts the sittings of this page: what comes for an earlier one is not for this one. */
let run = 0

export const left = computed(() => Math.max(0, (attempt.value?.deadline_ms ?? 0) - now.value))

export function lineOf(q: number): Line {
  return lines[q] ?? empty
}
export function markFor(q: number): Mark {
  return markOf(lineOf(q), cut.value)
}

/** Whether there is an answer that could be right: all blanks filled, all options in order. */
export function isAnswered(q: PaperQuestion, a: readonly string[]): boolean {
  if (q.type === 'order') return a.length > 0 && a.length === q.options.length
  return a.length > 0 && a.every((x) => x.trim() !== '')
}

export function begin(of: string): void {
  end()
  id = of
  const own = ++run
  bearer = token.value
  stage.value = 'loading'
  queue = new SaveQueue({
    attempt: id,
    send: (saves, gone) => timed(() => sendSaves(id, bearer, saves, gone)),
    sendLast: (saves, gone) => {
      void fetch(`/api/v1/attempts/${id}/saves`, {
        method: 'POST',
        keepalive: true,
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${bearer}` },
        body: JSON.stringify({ saves, left: gone }),
      }).catch(() => undefined)
    },
    onLine: (q, line) => (lines[q] = line),
    onNet: (isCut, n) => {
      cut.value = isCut
      waiting.value = n
    },
    onSaved: (saved) => {
      leaves.value = saved.leaves
      if (attempt.value && saved.deadline_ms !== attempt.value.deadline_ms)
        attempt.value = { ...attempt.value, deadline_ms: saved.deadline_ms }
    },
    onClosed: (questions) => {
      lost.value = questions
      if (stage.value === 'open') stage.value = 'up'
      void follow(own)
    },
    onSignedOut: () => (stage.value = 'out'),
  })
  document.addEventListener('visibilitychange', seen)
  addEventListener('pagehide', hidden)
  addEventListener('pageshow', shown)
  addEventListener('online', shown)
  void load(own)
}

export function end(): void {
  run++
  queue?.last()
  queue?.stop()
  queue = null
  document.removeEventListener('visibilitychange', seen)
  removeEventListener('pagehide', hidden)
  removeEventListener('pageshow', shown)
  removeEventListener('online', shown)
  for (const q of Object.keys(lines)) Reflect.deleteProperty(lines, q)
  attempt.value = null
  lost.value = []
  away.value = told.value = waiting.value = 0
  cut.value = false
  hiddenAt = 0
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

/** Until it is here: nothing can be done without it. */
async function load(own: number): Promise<void> {
  for (let fails = 0; own === run;) {
    try {
      await take(own)
      return
    } catch (error) {
      if (own !== run) return
      if (!isPassing(error)) {
        stage.value = error instanceof ApiError && error.status === 401 ? 'out' : 'missing'
        return
      }
      if (stage.value === 'loading') stage.value = 'failed'
      await pause(backoff(++fails))
    }
  }
}

async function take(own: number): Promise<void> {
  const a = await timed(() => findAttempt(id, bearer))
  if (own !== run) return
  const first = attempt.value === null
  attempt.value = a
  leaves.value = a.leaves
  queue?.load(a.questions)
  if (a.state === 'handed_in' || a.state === 'void') {
    // Before the stage: whoever lost an answer is told before the result.
    queue?.close()
    stage.value = 'in'
  } else if (a.state === 'closing') {
    stage.value = 'up'
    void follow(own)
  } else if (stage.value !== 'up') {
    stage.value = 'open'
    if (first) tick(own)
  }
}

/** Follows the countdown. */
function tick(own: number): void {
  let before = left.value
  const look = () => {
    if (own !== run || stage.value !== 'open') return
    const rest = left.value
    if (attempt.value?.deadline_ms) {
      told.value = passed(before, rest) || (rest > before ? 0 : told.value)
      before = rest
      if (rest <= 0) {
        stage.value = 'up'
        queue?.wake()
        void follow(own)
        return
      }
    }
    setTimeout(look, 250)
  }
  look()
}

let following = 0
/** The time is over: asks until the server has handed it in. */
async function follow(own: number): Promise<void> {
  if (following === own) return
  following = own
  for (let fails = 0; own === run && stage.value !== 'in';) {
    // Its own clock hands in, with a moment of grace for answers on their way.
    await pause(fails ? backoff(fails) : 1_000)
    if (own !== run) return
    try {
      await take(own)
      fails = 0
    } catch (error) {
      if (!isPassing(error)) {
        stage.value = error instanceof ApiError && error.status === 401 ? 'out' : 'in'
        return
      }
      fails++
    }
  }
}

export function answer(q: number, a: readonly string[], typing = false): void {
  if (stage.value === 'open') queue?.answer(q, a, typing)
}
export function takeMine(q: number): void {
  queue?.takeMine(q)
}
export function dismiss(q: number): void {
  queue?.dismiss(q)
}

/** The next question of a paper whose questions come one at a time. */
export async function show(q: number): Promise<void> {
  const own = run
  const a = attempt.value
  if (!a) return
  const question = await showQuestion(a.id, bearer, q)
  if (own !== run || !attempt.value) return
  const others = attempt.value.questions.filter((x) => x.no !== q)
  attempt.value = { ...attempt.value, at: q, questions: [...others, question].sort((x, y) => x.no - y.no) }
  queue?.load([question])
}

/** Throws what the server says against it; what is not acknowledged yet goes along. */
export async function finish(): Promise<void> {
  const a = attempt.value
  if (!a || !queue) return
  const own = run
  try {
    await handIn(a.id, bearer, queue.waiting)
  } catch (error) {
    // Somebody else did: another phone, the clock, or this call before its answer was lost.
    if (!(error instanceof ApiError) || error.status !== 409) throw error
  }
  if (own !== run) return
  queue.handedIn()
  stage.value = 'in'
}

let hiddenAt = 0
/** Shorter absences are notifications and slips of the thumb. */
const NOTED = 2_000

function seen(): void {
  if (document.visibilityState === 'hidden') hidden()
  else shown()
}
function hidden(): void {
  hiddenAt ||= Date.now()
  queue?.last()
}
function shown(): void {
  const at = hiddenAt
  hiddenAt = 0
  // Not performance.now(), which may stand still while a phone sleeps.
  const ms = Date.now() - at
  if (at && ms >= NOTED && attempt.value?.note_leaving && stage.value === 'open') {
    away.value = ms
    queue?.leave(clock.now() - ms, ms)
  }
  queue?.wake()
  clock.reset()
  if (attempt.value && stage.value === 'open') void take(run).catch(() => undefined)
}
