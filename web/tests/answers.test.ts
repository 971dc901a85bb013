import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AnswerOutbox, type OutboxEntry } from '../src/core/answers'
import type { Answer, ErrorCode } from '../src/core/protocol'
import { me, state } from './fakes'

let sent: Answer[]
let online: boolean
let entry: OutboxEntry | null
let overdue: number

function outbox(entrant = 'e1') {
  return new AnswerOutbox({
    code: '482915',
    entrant,
    send: (answer) => {
      if (online) sent.push(answer)
      return online
    },
    onChange: (e) => (entry = e),
    onOverdue: () => overdue++,
  })
}
const refuse = (code: ErrorCode, key: string) => ({ t: 'error' as const, code, key, re: entry?.id ?? '' })
const ack = (a: string[], status: 'accepted' | 'duplicate' = 'accepted') => ({
  t: 'answer.ack' as const,
  id: entry?.id ?? '',
  r: 1,
  q: 3,
  status,
  a,
  received_ms: 0,
})

beforeEach(() => {
  vi.useFakeTimers()
  localStorage.clear()
  sent = []
  online = true
  entry = null
  overdue = 0
})
afterEach(() => {
  vi.useRealTimers()
})

describe('AnswerOutbox', () => {
  it('sends at once and is done with the ack', () => {
    const box = outbox()
    box.submit(1, 3, ['B'])
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatchObject({ t: 'answer', r: 1, q: 3, a: ['B'] })
    expect(entry?.status).toBe('sending')
    expect(localStorage.length).toBe(1)
    box.ack(ack(['B']))
    expect(entry).toMatchObject({ status: 'received', a: ['B'], earlier: false })
    expect(localStorage.length).toBe(0)
    vi.advanceTimersByTime(60_000)
    expect(sent).toHaveLength(1)
  })

  it('sends the same id again every 3 s without an ack', () => {
    outbox().submit(1, 3, ['B'])
    vi.advanceTimersByTime(6_000)
    expect(sent).toHaveLength(3)
    expect(new Set(sent.map((a) => a.id)).size).toBe(1)
  })

  it('doubts the connection when an ack is overdue, and the resend is not an earlier answer', () => {
    const box = outbox()
    box.submit(1, 3, ['B'])
    vi.advanceTimersByTime(2_999)
    expect(entry?.again).toBeUndefined()
    expect(overdue).toBe(0)
    vi.advanceTimersByTime(1)
    expect(entry).toMatchObject({ status: 'sending', again: true })
    expect(overdue).toBe(1)
    box.ack(ack(['B'], 'duplicate'))
    expect(entry).toMatchObject({ status: 'received', earlier: false })
  })

  it('still knows that another answer came first when the resend is acknowledged, too', () => {
    const box = outbox()
    box.submit(1, 3, ['B'])
    box.ack(ack(['A'], 'duplicate'))
    box.ack(ack(['A'], 'duplicate'))
    expect(entry).toMatchObject({ status: 'received', a: ['A'], earlier: true })
  })

  it('keeps quiet about doubts when the server only asked to wait', () => {
    const box = outbox()
    box.submit(1, 3, ['B'])
    box.error(refuse('unavailable', 'storage.unavailable'))
    vi.advanceTimersByTime(1_000)
    expect(sent).toHaveLength(2)
    expect(entry?.again).toBeUndefined()
    expect(overdue).toBe(0)
  })

  it.each([
    ['rate_limited', 'message.too_many'],
    ['unavailable', 'storage.unavailable'],
  ] as const)('sends again after a second on %s', (code, key) => {
    const box = outbox()
    box.submit(1, 3, ['B'])
    box.error(refuse(code, key))
    vi.advanceTimersByTime(999)
    expect(sent).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(sent).toHaveLength(2)
  })

  it.each([
    ['too_late', 'question.closed', 'late'],
    ['conflict', 'question.other', 'moved'],
    ['conflict', 'question.not_open', 'moved'],
    ['invalid', 'answer.invalid', 'invalid'],
  ] as const)('drops on %s %s and says why', (code, key, reason) => {
    const box = outbox()
    box.submit(1, 3, ['B'])
    box.error(refuse(code, key))
    expect(entry).toMatchObject({ status: 'dropped', reason })
    vi.advanceTimersByTime(60_000)
    expect(sent).toHaveLength(1)
    expect(localStorage.length).toBe(0)
  })

  it('keeps an answer while paused and sends it when the room goes on', () => {
    const box = outbox()
    box.submit(1, 3, ['B'])
    box.error(refuse('conflict', 'question.paused'))
    expect(entry?.status).toBe('held')
    vi.advanceTimersByTime(60_000)
    box.state(state({ paused: true }), false)
    expect(sent).toHaveLength(1)
    box.state(state(), false)
    expect(sent).toHaveLength(2)
    expect(sent[1]?.id).toBe(sent[0]?.id)
  })

  it('survives a reload and goes out on rejoining if the question is still on', () => {
    online = false
    outbox().submit(1, 3, ['A', 'C'])
    const id = entry?.id
    online = true
    const box = outbox()
    expect(entry).toMatchObject({ id, a: ['A', 'C'], status: 'sending' })
    box.state(state(), true)
    expect(sent.map((a) => a.id)).toEqual([id])
  })

  it('says that an answer was lost when the room has moved on', () => {
    online = false
    outbox().submit(1, 3, ['B'])
    const box = outbox()
    box.state(state({ question_no: 4 }), true)
    expect(entry).toMatchObject({ status: 'dropped', reason: 'lost' })
    expect(sent).toHaveLength(0)
  })

  it('believes me over its own loss', () => {
    const box = outbox()
    box.submit(1, 3, ['B'])
    box.state(state({ phase: 'revealed' }), true)
    expect(entry?.status).toBe('dropped')
    box.me(me({ answer: { r: 1, q: 3, a: ['B'], id: entry?.id ?? '' } }))
    expect(entry).toMatchObject({ status: 'received', earlier: false })
  })

  it('shows the first answer when a second one was a duplicate', () => {
    const box = outbox()
    box.submit(1, 3, ['C'])
    box.ack(ack(['A'], 'duplicate'))
    expect(entry).toMatchObject({ status: 'received', a: ['A'], earlier: true })
  })

  it('keeps two people on one phone apart', () => {
    online = false
    outbox('e1').submit(1, 3, ['B'])
    expect(outbox('e2').entry).toBeNull()
    expect(outbox('e1').entry?.a).toEqual(['B'])
  })

  it('ignores replies to other answers, and rubbish in storage', () => {
    const box = outbox()
    box.submit(1, 3, ['B'])
    box.error({ t: 'error', code: 'too_late', key: 'question.closed', re: 'other' })
    box.ack({ ...ack(['D']), id: 'other' })
    expect(entry?.status).toBe('sending')
    localStorage.setItem('leitai.answer.482915.e9', '{"id":1}')
    expect(outbox('e9').entry).toBeNull()
    localStorage.setItem('leitai.answer.482915.e9', '{')
    expect(outbox('e9').entry).toBeNull()
  })

  it('works without storage', () => {
    const box = new AnswerOutbox({
      code: '1',
      entrant: 'e',
      send: () => true,
      onChange: (e) => (entry = e),
      onOverdue: () => overdue++,
      storage: {
        getItem: () => {
          throw new Error('off')
        },
        setItem: () => {
          throw new Error('off')
        },
        removeItem: () => undefined,
      },
    })
    box.submit(1, 1, ['A'])
    expect(entry?.status).toBe('sending')
  })
})
