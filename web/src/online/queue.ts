import { ApiError } from '../core/api'
import { randomID } from '../core/id'
import type { Leave, Save, Saved } from './api'
import { isPassing } from './calls'
import { acked, edit, empty, fromServer, fromStorage, refused, takeMine, type Line } from './saves'

export interface QueueOptions {
  attempt: string
  send: (saves: Save[], left: Leave[]) => Promise<Saved>
  /** Sends as the page goes away: nobody waits for the answer. */
  sendLast: (saves: Save[], left: Leave[]) => void
  onLine: (q: number, line: Line) => void
  /** Whether the last try to send failed, and how many wait. */
  onNet: (cut: boolean, waiting: number) => void
  onSaved: (saved: Saved) => void
  /** The attempt takes no more answers; `lost` are questions whose last change did not arrive. */
  onClosed: (lost: number[]) => void
  /** The token is not good any more. What waits stays kept. */
  onSignedOut: () => void
  storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
}

/** A text is sent when the typing rests for so long. */
const TYPING = 700
const SLOWEST = 12_000
/** Saves in one request. */
const BATCH = 50

/** Full jitter, so that phones whose server comes back do not all come at once. */
export function backoff(fails: number, random = Math.random()): number {
  const top = Math.min(SLOWEST, 1_000 * 2 ** Math.min(fails - 1, 5))
  return top / 2 + (random * top) / 2
}

/**
 * The answers of one attempt on their way to the server. Each change is kept in storage before it is sent and until it is
 * acknowledged, each question under a key of its own so that two tabs do not overwrite one another. What is sent again has
 * the same id, and the server takes it once.
 */
export class SaveQueue {
  private readonly lines = new Map<number, Line>()
  private left: Leave[] = []
  private timer: ReturnType<typeof setTimeout> | undefined
  private due = Infinity
  private busy = false
  private fails = 0
  private closed = false
  private readonly prefix: string
  private readonly leftKey: string

  constructor(private readonly options: QueueOptions) {
    this.prefix = `leitai.save.${options.attempt}.`
    this.leftKey = `leitai.left.${options.attempt}`
    this.left = leavesIn(this.read(this.leftKey))
    addEventListener('storage', this.otherTab)
  }

  line(q: number): Line {
    return this.lines.get(q) ?? empty
  }

  /** Answers that the server has not acknowledged. */
  get waiting(): Save[] {
    const all: Save[] = []
    for (const line of this.lines.values()) if (line.pending) all.push(line.pending)
    return all
  }

  /** The server's answers: at the start, and whenever the page is come back to. */
  load(questions: readonly { no: number; a: string[] | null; n: number }[]): void {
    for (const { no, a, n } of questions) {
      const known = this.lines.has(no)
      let line = this.line(no)
      if (!known) {
        const kept = saveIn(this.read(`${this.prefix}${no}`))
        if (kept) line = fromStorage(line, kept)
      }
      this.set(no, fromServer(line, a ?? [], n, known))
    }
    this.plan(0)
  }

  /** A tap is sent at once, a text when the typing rests. */
  answer(q: number, a: readonly string[], typing = false): void {
    if (this.closed) return
    this.set(q, edit(this.line(q), q, a, randomID()))
    this.plan(typing ? TYPING : 0, typing)
  }

  takeMine(q: number): void {
    this.set(q, takeMine(this.line(q), q, randomID()))
    this.plan(0)
  }

  /** What was changed elsewhere has been seen. */
  dismiss(q: number): void {
    this.set(q, { ...this.line(q), mine: null, elsewhere: false })
  }

  /** The page was left for a while. */
  leave(atMS: number, ms: number): void {
    if (this.closed) return
    this.left.push({ id: randomID(), at_ms: Math.round(atMS), ms: Math.round(ms) })
    this.write(this.leftKey, this.left)
    this.plan(0)
  }

  /** There is reason to think that the line is good again. */
  wake(): void {
    if (this.waiting.length || this.left.length) this.plan(0)
  }

  /** The page may never come back: once more without waiting. */
  last(): void {
    const saves = this.waiting.slice(0, BATCH)
    if (!this.closed && (saves.length || this.left.length)) this.options.sendLast(saves, this.left)
  }

  /** They came along with the hand-in. */
  handedIn(): void {
    this.closed = true
    clearTimeout(this.timer)
    for (const [q, line] of this.lines) this.set(q, { ...line, pending: null })
    this.write(this.leftKey, null)
  }

  stop(): void {
    this.closed = true
    clearTimeout(this.timer)
    removeEventListener('storage', this.otherTab)
  }

  private plan(wait: number, later = false): void {
    if (this.closed) return
    const at = performance.now() + wait
    // Typing puts the sending off; all else makes it sooner.
    if (!later && this.due <= at) return
    this.due = at
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.flush(), wait)
  }

  private async flush(): Promise<void> {
    this.due = Infinity
    if (this.busy || this.closed) return
    const saves = this.waiting.slice(0, BATCH)
    const left = this.left.slice(0, BATCH)
    if (!saves.length && !left.length) return
    this.busy = true
    let wait = 0
    try {
      const answer = await this.options.send(saves, left)
      this.fails = 0
      for (const { q } of saves) this.settle(q, answer)
      this.left = this.left.filter((x) => !left.includes(x))
      this.write(this.leftKey, this.left.length ? this.left : null)
      this.options.onSaved(answer)
      if (answer.state !== 'open') this.close()
    } catch (error) {
      wait = this.failed(error, saves)
    }
    this.busy = false
    this.net()
    if (this.waiting.length || this.left.length) this.plan(wait)
  }

  private settle(q: number, answer: Saved): void {
    let line = this.line(q)
    for (const id of answer.saved) line = acked(line, id)
    for (const { id, key } of answer.refused) line = refused(line, id, key)
    this.set(q, line)
  }

  /** Gives how long to wait before the next try. */
  private failed(error: unknown, saves: Save[]): number {
    if (error instanceof ApiError && !isPassing(error)) {
      if (error.status === 401) {
        this.closed = true
        this.options.onSignedOut()
      } else if (error.status === 409) this.close()
      else for (const { q, id } of saves) this.set(q, refused(this.line(q), id, error.key))
      // Whatever was wrong with it, it must not stand in the way of the answers.
      if (error.status !== 401) this.left = []
      return 0
    }
    this.fails++
    return backoff(this.fails)
  }

  /** The attempt takes no more: what has not arrived by now never will. */
  close(): void {
    if (this.closed) return
    this.closed = true
    clearTimeout(this.timer)
    const lost = this.waiting.map((s) => s.q)
    for (const q of lost) this.set(q, { ...this.line(q), pending: null, refused: 'attempt.closed' })
    this.write(this.leftKey, null)
    this.options.onClosed(lost)
  }

  private set(q: number, line: Line): void {
    const before = this.lines.get(q)
    if (before === line) return
    this.lines.set(q, line)
    if (!before || before.pending !== line.pending) this.write(`${this.prefix}${q}`, line.pending)
    this.options.onLine(q, line)
    this.net()
  }

  private net(): void {
    this.options.onNet(this.fails > 0, this.waiting.length)
  }

  /** Another tab answers: what it shows is shown here too, and sent from here if it is closed before it could. */
  private readonly otherTab = (event: StorageEvent): void => {
    if (!event.key?.startsWith(this.prefix)) return
    const q = Number(event.key.slice(this.prefix.length))
    if (!this.lines.has(q)) return
    const line = this.line(q)
    if (event.newValue !== null) {
      const kept = saveIn(parse(event.newValue))
      if (!kept) return
      const next = fromStorage(line, kept)
      if (next === line) return
      this.lines.set(q, next)
      this.options.onLine(q, next)
      this.plan(3_000)
    } else if (line.pending && line.pending.id === saveIn(parse(event.oldValue))?.id) {
      this.lines.set(q, { ...line, pending: null })
      this.options.onLine(q, this.line(q))
    }
    this.net()
  }

  private get storage(): NonNullable<QueueOptions['storage']> {
    return this.options.storage ?? localStorage
  }

  private write(key: string, value: unknown): void {
    try {
      if (value === null) this.storage.removeItem(key)
      else this.storage.setItem(key, JSON.stringify(value))
    } catch {
      // Full or switched off: it still lives as long as the page.
    }
  }

  private read(key: string): unknown {
    try {
      return parse(this.storage.getItem(key))
    } catch {
      return null
    }
  }
}

function parse(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return null
  }
}

function saveIn(kept: unknown): Save | null {
  const s = kept as Partial<Save> | null
  return typeof s?.id === 'string' && typeof s.q === 'number' && typeof s.n === 'number' && Array.isArray(s.a)
    ? { id: s.id, q: s.q, n: s.n, a: s.a.map(String) }
    : null
}

function leavesIn(kept: unknown): Leave[] {
  return Array.isArray(kept) ? (kept as Leave[]) : []
}
