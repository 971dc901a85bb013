import { randomID } from './id'
import type { Answer, AnswerAck, ErrorMessage, Me, StateBase } from './protocol'

/** Why an answer did not count, in words of the catalogue. */
export type DropReason = 'late' | 'moved' | 'invalid' | 'lost'

/**
 * sending: handed over or waiting for a connection, not acknowledged; held: the room is paused, goes out when
 * it goes on; received: on the server's disk; dropped: it did not count.
 */
export type AnswerStatus = 'sending' | 'held' | 'received' | 'dropped'

export interface OutboxEntry {
  readonly id: string
  readonly r: number
  readonly q: number
  readonly a: readonly string[]
  readonly status: AnswerStatus
  /** An earlier and different answer of the same person is the one that counts; `a` is that one. */
  readonly earlier?: boolean
  /** It was sent without an ack in time, and is being sent again. */
  readonly again?: boolean
  readonly reason?: DropReason
}

export interface OutboxOptions {
  /** Room code and entrant: two people on one phone must not send each other's answers. */
  code: string
  entrant: string
  /** False when there is no connection. */
  send: (answer: Answer) => boolean
  onChange: (entry: OutboxEntry | null) => void
  /** An ack is overdue: is there anybody at the other end? */
  onOverdue?: () => void
  storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
}

const ACK_WITHIN = 3_000
const RETRY_AFTER = 1_000

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((x, i) => x.trim() === b[i]?.trim())
}

/**
 * The one answer that is not acknowledged yet. It is kept in storage until the server says that it is on disk
 * or that it does not count, and sent again, with the same id, until then.
 */
export class AnswerOutbox {
  private current: OutboxEntry | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly key: string

  constructor(private readonly options: OutboxOptions) {
    this.key = `leitai.answer.${options.code}.${options.entrant}`
    this.current = this.load()
    if (this.current) options.onChange(this.current)
  }

  get entry(): OutboxEntry | null {
    return this.current
  }

  submit(r: number, q: number, a: readonly string[]): void {
    this.set({ id: randomID(), r, q, a: [...a], status: 'sending' })
    this.send()
  }

  ack(ack: AnswerAck): void {
    if (ack.id !== this.current?.id) return
    this.received(ack.a)
  }

  /** `me` names the answer that counts, which may have come from an earlier connection or another device. */
  me(me: Me): void {
    const { current } = this
    if (!me.answer || !current || me.answer.r !== current.r || me.answer.q !== current.q) return
    if (current.status !== 'received') this.received(me.answer.a)
  }

  error(error: ErrorMessage): void {
    if (!this.current || error.re !== this.current.id || !this.waiting()) return
    if (error.code === 'rate_limited' || error.code === 'unavailable') this.later(RETRY_AFTER, this.send)
    else if (error.key === 'question.paused') this.hold()
    else this.drop(error.code === 'too_late' ? 'late' : error.code === 'conflict' ? 'moved' : 'invalid')
  }

  /** After every state. `joined` when it is the first of a connection. */
  state(state: StateBase, joined: boolean): void {
    const { current } = this
    if (!current || !this.waiting()) return
    if (state.round?.no !== current.r || state.question_no !== current.q) {
      this.drop('lost')
    } else if (state.phase !== 'open' && state.phase !== 'closed') {
      // The key is out and still no ack: it did not get there. `me`, which follows, may know better.
      this.drop('lost')
    } else if (state.paused) {
      this.hold()
    } else if (joined || current.status === 'held') {
      this.set({ ...current, status: 'sending' })
      this.send()
    }
  }

  stop(): void {
    clearTimeout(this.timer)
  }

  /** Another person takes the phone. */
  forget(): void {
    this.stop()
    this.set(null)
  }

  private waiting(): boolean {
    return this.current?.status === 'sending' || this.current?.status === 'held'
  }

  private readonly send = (): void => {
    const { current } = this
    if (current?.status !== 'sending') return
    this.options.send({ t: 'answer', id: current.id, r: current.r, q: current.q, a: [...current.a] })
    this.later(ACK_WITHIN, this.overdue)
  }

  private readonly overdue = (): void => {
    if (this.current?.status !== 'sending') return
    this.set({ ...this.current, again: true })
    this.send()
    this.options.onOverdue?.()
  }

  private later(wait: number, then: () => void): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(then, wait)
  }

  private hold(): void {
    clearTimeout(this.timer)
    if (this.current) this.set({ ...this.current, status: 'held' })
  }

  /** `a` is what counts. A resend has two acks, the second a "duplicate" of itself: only another answer is earlier. */
  private received(a: readonly string[]): void {
    clearTimeout(this.timer)
    const { current } = this
    if (!current) return
    const earlier = current.earlier === true || !isSame(a, current.a)
    this.set({ ...current, a, earlier, status: 'received' })
  }

  private drop(reason: DropReason): void {
    clearTimeout(this.timer)
    if (this.current) this.set({ ...this.current, status: 'dropped', reason })
  }

  private set(entry: OutboxEntry | null): void {
    this.current = entry
    this.save()
    this.options.onChange(entry)
  }

  private get storage(): NonNullable<OutboxOptions['storage']> {
    return this.options.storage ?? localStorage
  }

  private save(): void {
    try {
      if (this.current && this.waiting()) this.storage.setItem(this.key, JSON.stringify(this.current))
      else this.storage.removeItem(this.key)
    } catch {
      // Full or switched off: the answer still lives as long as the page.
    }
  }

  private load(): OutboxEntry | null {
    try {
      const kept = JSON.parse(this.storage.getItem(this.key) ?? 'null') as Partial<OutboxEntry> | null
      const { id, r, q, a } = kept ?? {}
      if (typeof id !== 'string' || typeof r !== 'number' || typeof q !== 'number' || !Array.isArray(a))
        return null
      return { id, r, q, a: a.map(String), status: 'sending' }
    } catch {
      return null
    }
  }
}
