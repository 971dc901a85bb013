import type { Me, PlayerState, Question } from '../src/core/protocol'

/** A WebSocket that a test drives by hand. */
export class FakeWebSocket {
  static readonly CONNECTING = 0
  static readonly OPEN = 1
  static readonly CLOSED = 3
  static all: FakeWebSocket[] = []
  static get last(): FakeWebSocket {
    const last = FakeWebSocket.all[FakeWebSocket.all.length - 1]
    if (!last) throw new Error('nobody dialled')
    return last
  }

  readyState = FakeWebSocket.CONNECTING
  sent: { t: string; [field: string]: unknown }[] = []
  onopen: (() => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: (() => void) | null = null

  constructor(readonly url: string) {
    FakeWebSocket.all.push(this)
  }
  send(data: string): void {
    this.sent.push(JSON.parse(data) as { t: string })
  }
  close(): void {
    this.readyState = FakeWebSocket.CLOSED
  }

  open(): void {
    this.readyState = FakeWebSocket.OPEN
    this.onopen?.()
  }
  receive(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) })
  }
  break(): void {
    this.readyState = FakeWebSocket.CLOSED
    this.onclose?.()
  }
  pings(): number {
    return this.sent.filter((m) => m.t === 'ping').length
  }
}

export function question(over: Partial<Question> = {}): Question {
  return {
    no: 3,
    type: 'single',
    category: '党史',
    points: 10,
    stem: '中国共产党第一次全国代表大会召开于哪一年？',
    options: [
      { id: 'A', text: '1919 年' },
      { id: 'B', text: '1921 年' },
      { id: 'C', text: '1927 年' },
      { id: 'D', text: '1949 年' },
    ],
    blanks: 0,
    media: [],
    ...over,
  }
}

export function state(over: Partial<PlayerState> = {}): PlayerState {
  return {
    t: 'state',
    seq: 1,
    server_ms: 1_790_000_000_000,
    build: 'dev',
    code: '482915',
    contest: { title: '园区知识竞赛', organizer: '园区党委', theme: 'red-gold', logo: '', sponsor: '' },
    phase: 'open',
    paused: false,
    remaining_ms: null,
    blank: false,
    break_until_ms: null,
    scores_hidden: false,
    round: { no: 1, rounds: 2, title: '第一轮', format: 'sync', questions: 20, scoring: 'fixed' },
    question: question(),
    question_no: 3,
    opens_ms: null,
    closes_ms: 1_790_000_020_000,
    limit_ms: 20_000,
    auto_ms: null,
    voided: false,
    reveal: null,
    standings: null,
    ...over,
  }
}

export function me(over: Partial<Me> = {}): Me {
  return {
    t: 'me',
    seq: 1,
    entrant: { id: 'e1', name: '王芳', team: { id: 't1', name: '第一支部' } },
    points: 30,
    place: 5,
    people: 128,
    gap: 10,
    team: { id: 't1', name: '第一支部', place: 2, teams: 56, points: 27.5 },
    answer: null,
    result: null,
    ...over,
  }
}
