import type { StateBase } from '../../core/protocol'

/** Milliseconds until the question closes; null when none is running. A paused clock stands still. */
export function remaining(
  state: Pick<StateBase, 'phase' | 'paused' | 'remaining_ms' | 'closes_ms'>,
  now: number,
): number | null {
  if (state.phase !== 'open') return null
  if (state.paused) return state.remaining_ms
  return state.closes_ms === null ? null : Math.max(0, state.closes_ms - now)
}

/** Whole seconds as a countdown shows them: the last one is 1, and 0 means that it is over. */
export function wholeSeconds(ms: number): number {
  return Math.max(0, Math.ceil(ms / 1000 - 0.001))
}

/** 5:07, 1:02:03 */
export function clockText(ms: number): string {
  const s = wholeSeconds(ms)
  const two = (n: number): string => (n < 10 ? `0${n}` : String(n))
  const minutes = Math.floor(s / 60) % 60
  const hours = Math.floor(s / 3600)
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`
}
