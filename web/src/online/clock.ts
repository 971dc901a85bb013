import { ServerClock } from '../core/clock'
import { setOffset } from './contest'

/** The server's clock, told by every call whose answer has it. */
export const clock = new ServerClock()

/** Calls, and learns the server's time from the answer. */
export async function timed<T extends { now_ms: number }>(call: () => Promise<T>): Promise<T> {
  const sent = performance.now()
  const answer = await call()
  clock.sample(sent, answer.now_ms, performance.now())
  setOffset(clock.offset)
  return answer
}
