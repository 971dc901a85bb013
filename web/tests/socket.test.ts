import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ServerClock } from '../src/core/clock'
import { backoff, LiveSocket } from '../src/core/socket'
import { FakeWebSocket, me, state } from './fakes'

let live: LiveSocket<ReturnType<typeof state>>
let log: string[]
const states: number[] = []
const clock = new ServerClock()

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('WebSocket', FakeWebSocket)
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  FakeWebSocket.all = []
  log = []
  states.length = 0
  live = new LiveSocket({
    url: 'ws://hall/ws',
    hello: () => ({ t: 'hello', v: 1, role: 'player', code: '482915', token: 'x' }),
    onState: (s) => states.push(s.seq),
    onMe: () => log.push('me'),
    onMessage: (m) => log.push(m.t),
    onStatus: (status, detail) => log.push(detail ? `${status} ${detail}` : status),
    clock,
  })
})
afterEach(() => {
  live.stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

function join(seq = 1) {
  const socket = FakeWebSocket.last
  socket.open()
  socket.receive(state({ seq }))
  return socket
}
function pongAll(socket: FakeWebSocket) {
  for (const m of socket.sent) {
    if (m.t === 'ping') socket.receive({ t: 'pong', c: m['c'], server_ms: 1_790_000_000_000 })
  }
}

describe('LiveSocket', () => {
  it('says hello, then pings five times 200 ms apart and every 10 s after that', () => {
    live.start()
    const socket = join()
    expect(socket.sent[0]).toEqual({ t: 'hello', v: 1, role: 'player', code: '482915', token: 'x' })
    expect(socket.pings()).toBe(1)
    vi.advanceTimersByTime(800)
    expect(socket.pings()).toBe(5)
    pongAll(socket)
    vi.advanceTimersByTime(9_900)
    expect(socket.pings()).toBe(5)
    vi.advanceTimersByTime(200)
    expect(socket.pings()).toBe(6)
    expect(log).toEqual(['connecting', 'online'])
  })

  it('ignores a state older than the last on this connection, but not on the next', () => {
    live.start()
    const socket = join(7)
    socket.receive(state({ seq: 6 }))
    socket.receive(state({ seq: 7 }))
    socket.receive(state({ seq: 8 }))
    expect(states).toEqual([7, 7, 8])
    socket.break()
    vi.advanceTimersByTime(3_000)
    join(2)
    expect(states).toEqual([7, 7, 8, 2])
  })

  it('passes me and other messages on, and survives what it does not know', () => {
    live.start()
    const socket = join()
    socket.receive(me())
    socket.receive({ t: 'count', seq: 1, connected: 1, answered: 0, acknowledged: 0, screens: 0 })
    socket.onmessage?.({ data: 'not json' })
    socket.receive({ t: 'tomorrow' })
    expect(log.slice(2)).toEqual(['me', 'count', 'tomorrow'])
  })

  it('comes back after a random pause that grows to 3 s at most', () => {
    expect([0, 1, 2, 3, 4, 20].map((n) => backoff(n, () => 1))).toEqual([300, 600, 1200, 2400, 3000, 3000])
    expect(backoff(3, () => 0)).toBe(0)
    live.start()
    FakeWebSocket.last.break()
    for (const pause of [150, 300, 600, 1200, 1500, 1500]) {
      const dialled = FakeWebSocket.all.length
      vi.advanceTimersByTime(pause - 1)
      expect(FakeWebSocket.all.length).toBe(dialled)
      vi.advanceTimersByTime(1)
      expect(FakeWebSocket.all.length).toBe(dialled + 1)
      FakeWebSocket.last.break()
    }
    expect(log).toEqual(['connecting', 'offline'])
  })

  it('starts the pause small again after a state has come', () => {
    live.start()
    for (let i = 0; i < 5; i++) {
      FakeWebSocket.last.break()
      vi.advanceTimersByTime(3_000)
    }
    join().break()
    const dialled = FakeWebSocket.all.length
    vi.advanceTimersByTime(150)
    expect(FakeWebSocket.all.length).toBe(dialled + 1)
  })

  it('finds a half-open connection: no pong within 5 s', () => {
    live.start()
    const socket = join()
    pongAll(socket)
    vi.advanceTimersByTime(800)
    pongAll(socket)
    vi.advanceTimersByTime(10_000) // a ping that nobody answers
    expect(log).toEqual(['connecting', 'online'])
    vi.advanceTimersByTime(5_000)
    expect(log).toEqual(['connecting', 'online', 'offline'])
    vi.advanceTimersByTime(3_000)
    expect(FakeWebSocket.all.length).toBe(2)
  })

  it('asks for a sign of life on a probe and does not wait longer than 3 s for it', () => {
    live.start()
    const socket = join()
    vi.advanceTimersByTime(800)
    pongAll(socket)
    live.probe()
    pongAll(socket)
    vi.advanceTimersByTime(3_000)
    expect(log).toEqual(['connecting', 'online'])
    live.probe()
    vi.advanceTimersByTime(2_000)
    live.probe()
    vi.advanceTimersByTime(999)
    expect(log).toEqual(['connecting', 'online'])
    vi.advanceTimersByTime(1)
    expect(log).toEqual(['connecting', 'online', 'offline'])
  })

  it('is offline as soon as the browser is, and comes back as soon as it does', () => {
    live.start()
    join()
    dispatchEvent(new Event('offline'))
    expect(log).toEqual(['connecting', 'online', 'offline'])
    const dialled = FakeWebSocket.all.length
    dispatchEvent(new Event('offline'))
    dispatchEvent(new Event('online'))
    expect(FakeWebSocket.all.length).toBe(dialled + 1)
    vi.advanceTimersByTime(3_000)
    expect(FakeWebSocket.all.length).toBe(dialled + 1)
  })

  it('gives up a connection on which no state comes', () => {
    live.start()
    FakeWebSocket.last.open()
    for (let i = 0; i < 12; i++) {
      pongAll(FakeWebSocket.last)
      vi.advanceTimersByTime(1_000)
    }
    expect(FakeWebSocket.all.length).toBeGreaterThan(1)
  })

  it.each(['replaced', 'room_closed', 'unauthorized', 'unknown_room', 'outdated', 'removed', 'abuse'])(
    'does not come back after bye %s',
    (code) => {
      live.start()
      const socket = join()
      socket.receive({ t: 'bye', code, retry: false })
      socket.break()
      vi.advanceTimersByTime(60_000)
      dispatchEvent(new Event('online'))
      expect(FakeWebSocket.all.length).toBe(1)
      expect(log.slice(2)).toEqual(['bye', `stopped ${code}`])
    },
  )

  it('comes back soon after bye shutdown, and after 5 s or more after bye full, whatever happens', () => {
    live.start()
    join().receive({ t: 'bye', code: 'shutdown', retry: true })
    vi.advanceTimersByTime(300)
    expect(FakeWebSocket.all.length).toBe(2)
    FakeWebSocket.last.open()
    FakeWebSocket.last.receive({ t: 'bye', code: 'full', retry: true })
    dispatchEvent(new Event('online'))
    vi.advanceTimersByTime(4_999)
    expect(FakeWebSocket.all.length).toBe(2)
    vi.advanceTimersByTime(3_001)
    expect(FakeWebSocket.all.length).toBe(3)
  })

  it.each(['online', 'pageshow', 'visibilitychange'])('wakes at once on %s', (event) => {
    live.start()
    FakeWebSocket.last.break()
    ;(event === 'visibilitychange' ? document : window).dispatchEvent(new Event(event))
    expect(FakeWebSocket.all.length).toBe(2)
  })

  it('checks a connection that looks alive when the page wakes', () => {
    live.start()
    const socket = join()
    vi.advanceTimersByTime(800)
    pongAll(socket)
    const pings = socket.pings()
    dispatchEvent(new Event('pageshow'))
    expect(socket.pings()).toBe(pings + 1)
  })

  it('stops for good, and can be started again', () => {
    live.start()
    join()
    live.stop()
    vi.advanceTimersByTime(60_000)
    expect(FakeWebSocket.all.length).toBe(1)
    expect(live.send({ t: 'ping', c: 1 })).toBe(false)
    live.start()
    expect(FakeWebSocket.all.length).toBe(2)
    join()
    expect(log).toEqual(['connecting', 'online', 'stopped', 'connecting', 'online'])
  })
})
