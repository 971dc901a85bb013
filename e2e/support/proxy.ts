import { createServer, connect, type AddressInfo, type Server as Listener, type Socket } from 'node:net'
import type { Server } from './server'

/** A TCP proxy between a page and the server: it delays what passes, and can cut the line and mend it. */
export class Proxy {
  private readonly sockets = new Set<Socket>()
  private listener: Listener | null = null
  private isCut = false
  url = ''

  /** One-way delay in ms, and how much each piece may come earlier or later; the order is kept. */
  constructor(
    private readonly server: Server,
    private readonly delay = 0,
    private readonly jitter = 0,
  ) {}

  async start(): Promise<this> {
    const target = new URL(this.server.url)
    this.listener = createServer((near) => {
      if (this.isCut) {
        near.destroy()
        return
      }
      const far = connect(Number(target.port), target.hostname)
      this.pass(near, far)
      this.pass(far, near)
    })
    await new Promise<void>((done) => this.listener?.listen(0, '127.0.0.1', done))
    this.url = `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`
    return this
  }

  private pass(from: Socket, to: Socket): void {
    this.sockets.add(from)
    from.setNoDelay(true)
    let due = 0
    const waiting: (() => void)[] = []
    const later = (then: () => void) => {
      if (!this.delay && !this.jitter) {
        then()
        return
      }
      due = Math.max(due, performance.now() + this.delay + (Math.random() * 2 - 1) * this.jitter)
      // Timers of nearly the same instant may fire in either order: each lets the oldest piece go.
      waiting.push(then)
      setTimeout(() => waiting.shift()?.(), due - performance.now())
    }
    from.on('data', (b: Buffer) => {
      later(() => {
        if (!to.destroyed) to.write(b)
      })
    })
    from.on('error', () => undefined)
    from.on('close', () => {
      this.sockets.delete(from)
      later(() => to.destroy())
    })
  }

  cut(): void {
    this.isCut = true
    for (const s of this.sockets) s.destroy()
  }

  mend(): void {
    this.isCut = false
  }

  async end(): Promise<void> {
    this.cut()
    await new Promise((done) => (this.listener ? this.listener.close(done) : done(null)))
  }
}
