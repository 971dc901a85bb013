import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '../src/core/api'
import type { Save, Saved } from '../src/online/api'
import { backoff, SaveQueue, type QueueOptions } from '../src/online/queue'
import { acked, edit, empty, fromServer, fromStorage, markOf, refused, takeMine } from '../src/online/saves'

describe('an answer', () => {
  const one = edit(empty, 4, ['A'], 'x1')
  it('counts up, and waits until that very save is acknowledged', () => {
    expect(one).toMatchObject({ a: ['A'], n: 1, pending: { id: 'x1', q: 4, n: 1, a: ['A'] } })
    const two = edit(one, 4, ['B'], 'x2')
    expect(two.n).toBe(2)
    expect(acked(two, 'x1').pending?.id).toBe('x2')
    expect(acked(two, 'x2').pending).toBeNull()
    expect(markOf(one, false)).toBe('saving')
    expect(markOf(one, true)).toBe('waiting')
    expect(markOf(acked(one, 'x1'), true)).toBe('saved')
    expect(markOf(empty, false)).toBe('none')
  })
  it('that is the same again is not saved again', () => {
    expect(edit(one, 4, ['A'], 'x2')).toBe(one)
  })
  it('that was refused can be given again', () => {
    const no = refused(one, 'x1', 'attempt.question_closed')
    expect(markOf(no, false)).toBe('refused')
    expect(edit(no, 4, ['A'], 'x2').pending?.n).toBe(2)
  })
  it('taken back is an answer too', () => {
    expect(edit(acked(one, 'x1'), 4, [], 'x2')).toMatchObject({ a: [], n: 2, pending: { a: [] } })
  })
})

describe('the server’s answer', () => {
  const mine = edit({ ...empty, a: ['A'], n: 2 }, 1, ['B'], 'x3') // n 3, unsent
  it.each([
    [
      'older than what waits here: ours is sent',
      ['A'],
      2,
      { a: ['B'], n: 3, pending: mine.pending, mine: null },
    ],
    ['the same, its ack was lost', ['B'], 3, { a: ['B'], n: 3, pending: null, mine: null }],
    [
      'as new but another: theirs is shown, ours is not lost',
      ['C'],
      3,
      { a: ['C'], n: 3, pending: null, mine: ['B'] },
    ],
    ['newer: theirs is shown, ours is not lost', ['C'], 5, { a: ['C'], n: 5, pending: null, mine: ['B'] }],
  ] as const)('%s', (_, a, n, want) => {
    expect(fromServer(mine, a, n, true)).toMatchObject(want)
  })
  it('from another phone is shown as such, once the page knew another', () => {
    const line = { ...empty, a: ['A'], n: 2 }
    expect(fromServer(line, ['D'], 3, true)).toMatchObject({ a: ['D'], n: 3, elsewhere: true })
    expect(fromServer(empty, ['D'], 3, false).elsewhere).toBe(false)
  })
  it('that was on its way while ours was acknowledged changes nothing', () => {
    const line = { ...empty, a: ['B'], n: 3 }
    expect(fromServer(line, ['A'], 2, true)).toBe(line)
  })
  it('gives way when the person takes what was made here', () => {
    const taken = takeMine(fromServer(mine, ['C'], 5, true), 1, 'x9')
    expect(taken).toMatchObject({ a: ['B'], n: 6, mine: null, pending: { id: 'x9', n: 6 } })
  })
})

describe('what storage kept', () => {
  it('is newer than what is shown, or not taken', () => {
    const kept = { id: 'k', q: 1, n: 3, a: ['C'] }
    expect(fromStorage({ ...empty, a: ['A'], n: 2 }, kept)).toMatchObject({ a: ['C'], n: 3, pending: kept })
    const line = { ...empty, a: ['A'], n: 4 }
    expect(fromStorage(line, kept)).toBe(line)
  })
})

class Storage_ {
  readonly kept = new Map<string, string>()
  getItem = (k: string) => this.kept.get(k) ?? null
  setItem = (k: string, v: string) => void this.kept.set(k, v)
  removeItem = (k: string) => void this.kept.delete(k)
}

describe('the queue', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  const ok = (saves: Save[]): Saved => ({
    saved: saves.map((s) => s.id),
    refused: [],
    state: 'open',
    now_ms: 0,
    deadline_ms: 0,
    leaves: { times: 0, ms: 0 },
  })
  function made(send: QueueOptions['send'], storage = new Storage_()) {
    const told = { cut: false, waiting: 0, lost: null as number[] | null, out: false }
    const queue = new SaveQueue({
      attempt: 'at1',
      send,
      sendLast: () => undefined,
      onLine: () => undefined,
      onNet: (cut, waiting) => Object.assign(told, { cut, waiting }),
      onSaved: () => undefined,
      onClosed: (lost) => (told.lost = lost),
      onSignedOut: () => (told.out = true),
      storage,
    })
    queue.load([1, 2, 3].map((no) => ({ no, a: null, n: 0 })))
    return { queue, told, storage }
  }
  const passing = new ApiError(0, 'unavailable', 'network.failed', '')

  it('sends a tap at once, and a text when the typing rests', async () => {
    const sent: Save[][] = []
    const { queue, storage } = made((s) => {
      sent.push(s)
      return Promise.resolve(ok(s))
    })
    queue.answer(1, ['A'])
    expect(storage.kept.size).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(sent.map((s) => s.map((x) => x.a))).toEqual([[['A']]])
    expect(storage.kept.size).toBe(0)
    for (const text of ['宪', '宪法']) {
      queue.answer(2, [text], true)
      await vi.advanceTimersByTimeAsync(400)
    }
    expect(sent).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(400)
    expect(sent[1]?.map((x) => x.a)).toEqual([['宪法']])
  })

  it('keeps what does not get through, and sends it again with the same id until it does', async () => {
    const sent: string[][] = []
    let up = false
    const { queue, told, storage } = made((s) => {
      sent.push(s.map((x) => x.id))
      return up ? Promise.resolve(ok(s)) : Promise.reject(passing)
    })
    queue.answer(1, ['A'])
    await vi.advanceTimersByTimeAsync(30_000)
    expect(told).toMatchObject({ cut: true, waiting: 1 })
    expect(sent.length).toBeGreaterThan(3)
    queue.answer(2, ['B'])
    expect(storage.kept.size).toBe(2)
    up = true
    queue.wake()
    await vi.advanceTimersByTimeAsync(1)
    expect(new Set(sent.flat()).size).toBe(2)
    expect(told).toMatchObject({ cut: false, waiting: 0 })
    expect(storage.kept.size).toBe(0)
  })

  it('has what a page before a reload could not send', async () => {
    const { queue, storage } = made(() => Promise.reject(passing))
    queue.answer(3, ['C'])
    queue.stop()
    const sent: Save[] = []
    const again = made((s) => {
      sent.push(...s)
      return Promise.resolve(ok(s))
    }, storage)
    expect(again.queue.line(3).a).toEqual(['C'])
    await vi.advanceTimersByTimeAsync(1)
    expect(sent.map((s) => [s.q, s.a])).toEqual([[3, ['C']]])
  })

  it('says which answers came too late, and keeps the rest of the truth', async () => {
    const { queue, told } = made(() => Promise.reject(new ApiError(409, 'conflict', 'attempt.closed', '')))
    queue.answer(2, ['B'])
    await vi.advanceTimersByTimeAsync(1)
    expect(told.lost).toEqual([2])
    expect(markOf(queue.line(2), false)).toBe('refused')
    queue.answer(1, ['A'])
    expect(queue.line(1).n).toBe(0)
  })

  it('keeps what waits when the person is signed out', async () => {
    const { queue, told, storage } = made(() =>
      Promise.reject(new ApiError(401, 'unauthorized', 'token.wrong', '')),
    )
    queue.answer(2, ['B'])
    await vi.advanceTimersByTimeAsync(1)
    expect(told.out).toBe(true)
    expect(storage.kept.size).toBe(1)
  })

  it('follows another tab, and sends for it only when that did not', async () => {
    const sent: Save[] = []
    const { queue } = made((s) => {
      sent.push(...s)
      return Promise.resolve(ok(s))
    })
    const save = (id: string) => JSON.stringify({ id, q: 1, n: queue.line(1).n + 1, a: ['D'] })
    const event = (newValue: string | null, oldValue: string | null = null) =>
      dispatchEvent(new StorageEvent('storage', { key: 'leitai.save.at1.1', newValue, oldValue }))
    const first = save('t1')
    event(first)
    expect(queue.line(1).a).toEqual(['D'])
    event(null, first)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(sent).toEqual([])
    event(JSON.stringify({ id: 't2', q: 1, n: 2, a: ['A'] }))
    await vi.advanceTimersByTimeAsync(5_000)
    expect(sent.map((s) => s.id)).toEqual(['t2'])
    queue.stop()
  })

  it('waits longer each time, and never in step with the others', () => {
    expect(backoff(1, 0)).toBe(500)
    expect(backoff(1, 1)).toBe(1_000)
    expect(backoff(3, 0)).toBe(2_000)
    expect(backoff(20, 1)).toBe(12_000)
  })
})
