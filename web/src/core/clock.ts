/** How many samples are kept: the protocol's 8. */
const KEPT = 8

/**
 * The server's clock, told by ping and pong against performance.now(). The device's own date may be a day
 * off and may jump while the page is open; performance.now() does neither.
 */
export class ServerClock {
  private samples: { rtt: number; offset: number }[] = []
  private best: { rtt: number; offset: number } | null = null

  /** `monotonic` gives milliseconds that only ever go forward; tests pass their own. */
  constructor(private readonly monotonic: () => number = () => performance.now()) {}

  /** One ping and its pong: sent and received on our clock, serverMs on the server's. */
  sample(sentPerf: number, serverMs: number, receivedPerf: number): void {
    const rtt = receivedPerf - sentPerf
    if (!(rtt >= 0) || !Number.isFinite(serverMs)) return
    this.samples.push({ rtt, offset: serverMs + rtt / 2 - receivedPerf })
    if (this.samples.length > KEPT) this.samples.shift()
    // The quickest pair has the least room for the two ways to differ.
    this.best = this.samples.reduce((a, b) => (b.rtt < a.rtt ? b : a))
  }

  /**
   * A first guess from a message's server_ms, used only until a real sample comes: late by the message's
   * way here, which is better than nothing to draw a countdown with.
   */
  guess(serverMs: number): void {
    this.best ??= { rtt: Infinity, offset: serverMs - this.monotonic() }
  }

  /** Forgets all: performance.now() may have stood still while the device slept. */
  reset(): void {
    this.samples = []
  }

  /** Server Unix milliseconds now. Before the first sample or guess, the device's own idea of it. */
  now(): number {
    return this.monotonic() + this.offset
  }

  /** Server Unix milliseconds less performance.now(). */
  get offset(): number {
    return this.best ? this.best.offset : Date.now() - this.monotonic()
  }

  /** Whether a ping has been answered since the start. */
  get ready(): boolean {
    return this.samples.length > 0
  }
}
