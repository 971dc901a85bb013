import type { ServerClock } from './clock'
import type { ByeCode, ClientMessage, Hello, Me, ServerMessage, StateBase } from './protocol'

/**
 * connecting: not yet, or again; online: a state has come; offline: the connection is lost and will be
 * tried again; stopped: stop() was called, or the server said bye and not to come back.
 */
export type SocketStatus = 'connecting' | 'online' | 'offline' | 'stopped'

export interface LiveSocketOptions<S extends StateBase> {
  /** ws: or wss: address; see socketURL(). */
  url: string
  /** Asked anew for every connection. */
  hello: () => Hello
  onState: (state: S) => void
  onMe?: (me: Me) => void
  /** Everything else but pong: answer.ack, count, lobby, error, bye. */
  onMessage?: (message: ServerMessage<S>) => void
  /** `detail` is the code of the bye that led to it, if one did. */
  onStatus?: (status: SocketStatus, detail?: ByeCode) => void
  clock: ServerClock
}

const FIRST_PINGS = 5
const FIRST_PING_EVERY = 200
const PING_EVERY = 10_000
/** No pong for this long after a ping: the connection is half open. */
const PONG_WITHIN = 5_000
/** The same, when there is a reason to doubt it. */
const PROBE_WITHIN = 3_000
/** No state for this long after dialling: try another connection. */
const STATE_WITHIN = 10_000
const BACKOFF_BASE = 300
const BACKOFF_CAP = 3_000
const FULL_WAIT = 5_000

/** The socket's address on the host that served the page. */
export function socketURL(path = '/ws'): string {
  return `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}${path}`
}

/** Full jitter: between 0 and min(3 s, 0.3 s × 2ⁿ), so that a hall of phones does not return in step. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(BACKOFF_CAP, BACKOFF_BASE * 2 ** Math.min(attempt, 10))
}

/**
 * A connection to a room that comes back by itself. Every (re)join brings one full state, so callers keep
 * nothing of their own between connections but what they have not had acknowledged.
 */
export class LiveSocket<S extends StateBase> {
  private socket: WebSocket | null = null
  private started = false
  private attempt = 0
  private lastSeq = -1
  private pingsSent = 0
  private pingTimer: ReturnType<typeof setTimeout> | undefined
  private pongTimer: ReturnType<typeof setTimeout> | undefined
  /** When pongTimer ends, by performance.now(). */
  private pongDue = 0
  private stateTimer: ReturnType<typeof setTimeout> | undefined
  private retryTimer: ReturnType<typeof setTimeout> | undefined
  private status: SocketStatus | null = null
  /** Of a bye that has come on this connection. */
  private bye: { code: ByeCode; retry: boolean } | null = null

  constructor(private readonly options: LiveSocketOptions<S>) {}

  start(): void {
    if (this.started) return
    this.started = true
    this.attempt = 0
    document.addEventListener('visibilitychange', this.wake)
    addEventListener('online', this.wake)
    addEventListener('offline', this.cut)
    addEventListener('pageshow', this.wake)
    this.dial()
  }

  stop(): void {
    this.halt()
  }

  /** Whether it was handed to an open connection; that it arrived only the server's reply can tell. */
  send(message: ClientMessage): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false
    this.socket.send(JSON.stringify(message))
    return true
  }

  /** A reply is overdue: ask for a sign of life, and come back on another connection when none comes soon. */
  probe(): void {
    if (this.started && this.socket?.readyState === WebSocket.OPEN) this.ping(PROBE_WITHIN)
  }

  private halt(detail?: ByeCode): void {
    if (!this.started) return
    this.started = false
    document.removeEventListener('visibilitychange', this.wake)
    removeEventListener('online', this.wake)
    removeEventListener('offline', this.cut)
    removeEventListener('pageshow', this.wake)
    clearTimeout(this.retryTimer)
    this.drop()
    this.report('stopped', detail)
  }

  /** The page is seen again, or the network is back: do not sit out a pause. */
  private readonly wake = (): void => {
    if (!this.started || document.visibilityState === 'hidden') return
    // "full" asked for a pause, which a finger on the screen must not shorten.
    if (this.bye?.code === 'full') return
    if (!this.socket) {
      this.attempt = 0
      this.dial()
    } else if (this.socket.readyState === WebSocket.OPEN) {
      // A phone that slept may hold a connection that is long dead, and its monotonic clock may have
      // stood still: measure afresh.
      this.options.clock.reset()
      this.pingsSent = 0
      this.ping()
    }
  }

  /** The browser knows that it has no network: a socket may take long to notice. */
  private readonly cut = (): void => {
    if (this.started && this.bye?.code !== 'full') this.lost()
  }

  private dial(): void {
    clearTimeout(this.retryTimer)
    this.drop()
    this.bye = null
    this.lastSeq = -1
    if (this.status !== 'offline') this.report('connecting')
    let socket: WebSocket
    try {
      socket = new WebSocket(this.options.url)
    } catch {
      this.lost()
      return
    }
    this.socket = socket
    socket.onopen = () => {
      if (socket !== this.socket) return
      this.send(this.options.hello())
      this.pingsSent = 0
      this.ping()
    }
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (socket === this.socket && typeof event.data === 'string') this.receive(event.data)
    }
    socket.onclose = () => {
      if (socket === this.socket) this.lost()
    }
    this.stateTimer = setTimeout(this.lost, STATE_WITHIN)
  }

  private receive(data: string): void {
    let message: ServerMessage<S>
    try {
      message = JSON.parse(data) as ServerMessage<S>
    } catch {
      return
    }
    const now = performance.now()
    const { options } = this
    switch (message.t) {
      case 'pong':
        options.clock.sample(message.c, message.server_ms, now)
        clearTimeout(this.pongTimer)
        this.pongTimer = undefined
        return
      case 'state':
        if (message.seq < this.lastSeq) return
        this.lastSeq = message.seq
        options.clock.guess(message.server_ms)
        if (this.status !== 'online') {
          this.attempt = 0
          clearTimeout(this.stateTimer)
          this.report('online')
        }
        options.onState(message)
        return
      case 'me':
        options.onMe?.(message)
        return
      case 'bye':
        this.bye = { code: message.code, retry: message.retry }
        options.onMessage?.(message)
        if (message.retry) this.lost()
        else this.halt(message.code)
        return
      default:
        options.onMessage?.(message)
    }
  }

  private ping(within = PONG_WITHIN): void {
    clearTimeout(this.pingTimer)
    this.pingsSent++
    const now = performance.now()
    // One pong owed is enough: of a wait that is already running and this one, the shorter stands.
    if (this.send({ t: 'ping', c: now }) && (this.pongTimer === undefined || now + within < this.pongDue)) {
      clearTimeout(this.pongTimer)
      this.pongDue = now + within
      this.pongTimer = setTimeout(this.lost, within)
    }
    this.pingTimer = setTimeout(
      () => {
        this.ping()
      },
      this.pingsSent < FIRST_PINGS ? FIRST_PING_EVERY : PING_EVERY,
    )
  }

  /** The connection is gone, or as good as gone: come back after a pause. */
  private readonly lost = (): void => {
    clearTimeout(this.retryTimer)
    this.drop()
    if (!this.started) return
    this.report('offline', this.bye?.code)
    const wait = backoff(this.attempt++)
    this.retryTimer = setTimeout(
      () => {
        this.dial()
      },
      this.bye?.code === 'full' ? FULL_WAIT + wait : wait,
    )
  }

  private drop(): void {
    clearTimeout(this.pingTimer)
    clearTimeout(this.stateTimer)
    clearTimeout(this.pongTimer)
    this.pongTimer = undefined
    const { socket } = this
    this.socket = null
    if (!socket) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
  }

  private report(status: SocketStatus, detail?: ByeCode): void {
    if (status === this.status && !detail) return
    this.status = status
    this.options.onStatus?.(status, detail)
  }
}
