import { describe, expect, it, vi } from 'vitest'
import { ServerClock } from '../src/core/clock'

/** A network with a delay each way of `delay` ± `jitter`, over a device whose monotonic clock starts at 5,000. */
function simulate(delay: number, jitter: number, seed: number) {
  let random = seed
  const next = () => {
    random = (random * 1103515245 + 12345) % 2147483648
    return random / 2147483648
  }
  let perf = 5_000
  const serverAt = (p: number) => 1_790_000_000_000 + p
  const clock = new ServerClock(() => perf)
  for (let i = 0; i < 20; i++) {
    const sent = perf
    const there = delay + (next() * 2 - 1) * jitter
    const back = delay + (next() * 2 - 1) * jitter
    perf += there
    const server = serverAt(perf)
    perf += back
    clock.sample(sent, server, perf)
    perf += i < 5 ? 200 : 10_000
  }
  return { clock, error: clock.now() - serverAt(perf) }
}

describe('ServerClock', () => {
  it('stays within 100 ms of the server at 200 ms delay with jitter', () => {
    for (let seed = 1; seed <= 200; seed++) {
      expect(Math.abs(simulate(200, 80, seed).error)).toBeLessThan(100)
    }
  })

  it('is exact on a symmetric network', () => {
    expect(Math.abs(simulate(200, 0, 1).error)).toBeLessThan(0.001)
  })

  it('does not look at the date of the device, which may be a day off', () => {
    const date = vi.spyOn(Date, 'now').mockReturnValue(1_790_000_000_000 - 86_400_000)
    expect(Math.abs(simulate(200, 80, 3).error)).toBeLessThan(100)
    date.mockRestore()
  })

  it('takes the quickest of the last eight samples only', () => {
    const clock = new ServerClock(() => 0)
    clock.sample(0, 1_000, 10) // rtt 10
    expect(clock.offset).toBe(995)
    for (let i = 0; i < 7; i++) clock.sample(100, 5_000, 200)
    expect(clock.offset).toBe(995)
    clock.sample(100, 5_000, 200)
    expect(clock.offset).toBe(4_850)
  })

  it('uses a guess until the first sample, and a sample over any guess', () => {
    const clock = new ServerClock(() => 100)
    clock.guess(10_100)
    expect(clock.ready).toBe(false)
    expect(clock.now()).toBe(10_100)
    clock.guess(99_999)
    expect(clock.now()).toBe(10_100)
    clock.sample(0, 20_000, 100)
    expect(clock.ready).toBe(true)
    expect(clock.now()).toBe(20_050)
  })

  it('measures afresh after a reset but keeps the old offset until then', () => {
    const clock = new ServerClock(() => 0)
    clock.sample(0, 1_000, 0)
    clock.reset()
    expect(clock.ready).toBe(false)
    expect(clock.offset).toBe(1_000)
    clock.sample(0, 60_000, 400)
    expect(clock.offset).toBe(59_800)
  })

  it('ignores nonsense', () => {
    const clock = new ServerClock(() => 0)
    clock.sample(100, 1_000, 0)
    clock.sample(0, NaN, 10)
    expect(clock.ready).toBe(false)
  })
})
