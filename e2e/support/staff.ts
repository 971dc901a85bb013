import { password, until, type Server } from './server'

export interface Room {
  code: string
  contest: string
}

type Json = Record<string, unknown>

interface RoundOptions {
  questions?: number | undefined
  types?: string[] | undefined
  settings?: Json | undefined
}

export interface RoomOptions extends RoundOptions {
  title?: string
  /** Settings of the contest. */
  contest?: Json
  teams?: string[]
  /** Several rounds; without, there is one. */
  rounds?: RoundOptions[]
}

export interface Results {
  teams: { id: string; name: string; place: number; points: number; people: number; adjustments: number }[]
  people: { id: string; name: string; team: string; place: number; points: number }[]
  questions: { key: string[]; stem: string; answered: number; correct: number; voided: boolean }[]
}

/** The organizer's API, as the console uses it. */
export class Staff {
  private cookie = ''

  constructor(private readonly server: Server) {}

  async signIn(): Promise<this> {
    const r = await fetch(`${this.server.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password }),
    })
    if (!r.ok) throw new Error(`sign in: ${r.status} ${await r.text()}`)
    this.cookie = (r.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    return this
  }

  /** For a browser context, so that it is signed in too. */
  cookies() {
    const [name = '', value = ''] = this.cookie.split('=')
    return [{ name, value, url: this.server.url, httpOnly: true, sameSite: 'Strict' as const }]
  }

  async call<T = Json>(method: string, path: string, body?: unknown): Promise<T> {
    const r = await fetch(`${this.server.url}/api/v1${path}`, {
      method,
      headers: { cookie: this.cookie, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    const text = await r.text()
    if (!r.ok) throw new Error(`${method} ${path}: ${r.status} ${text}`)
    return (text ? JSON.parse(text) : {}) as T
  }

  /** The sample bank; other tests make small ones. */
  async bank(): Promise<string> {
    const { banks } = await this.call<{ banks: { id: string; questions: number }[] }>('GET', '/banks')
    return banks.sort((a, b) => b.questions - a.questions)[0]?.id ?? ''
  }

  /** A contest with an open room; questions are of these types only. Nothing ends by itself for two minutes. */
  async room(options: RoomOptions = {}): Promise<Room> {
    const contest = await this.contest(options)
    const r = await this.call<{ code: string }>('POST', `/contests/${contest}/room`)
    return { code: r.code, contest }
  }

  async contest(options: RoomOptions = {}): Promise<string> {
    const bank_id = await this.bank()
    const { rounds = [{ questions: options.questions, types: options.types, settings: options.settings }] } =
      options
    const c = await this.call<{ id: string }>('POST', '/contests', {
      title: options.title ?? '端到端知识竞赛',
      organizer: '云锦产业园',
      settings: options.contest ?? {},
      teams: (options.teams ?? ['第一支部', '第二支部', '第三支部']).map((name) => ({
        name,
        group: '云锦科技',
      })),
      rounds: rounds.map((r, i) => ({
        title: `第${i + 1}轮`,
        settings: { ready_ms: 300, limit_ms: 120_000, ...r.settings },
        draw: { bank_id, count: r.questions ?? 3, types: r.types ?? ['single'] },
      })),
    })
    return c.id
  }

  private n = 0

  async do(room: Room, command: string, args: Json = {}): Promise<{ seq: number; phase: string }> {
    this.n++
    return this.call('POST', `/contests/${room.contest}/commands`, {
      id: `e2e-${room.contest}-${this.n}`,
      command,
      ...args,
    })
  }

  async phase(room: Room): Promise<string> {
    return (await this.call<{ phase: string }>('GET', `/contests/${room.contest}`)).phase
  }

  async waitFor(room: Room, phase: string): Promise<void> {
    await until(`phase ${phase}`, async () => (await this.phase(room)) === phase)
  }

  /** Goes on until the next question is open. */
  async open(room: Room): Promise<void> {
    await until('the question to open', async () => {
      const phase = await this.phase(room)
      if (phase !== 'open' && phase !== 'ready') await this.do(room, 'next')
      return phase === 'open'
    })
  }

  /** Ends the open question and shows the key. */
  async reveal(room: Room): Promise<void> {
    await this.do(room, 'reveal')
    await this.waitFor(room, 'revealed')
  }

  /** After this every room of the contest shows its final result. */
  async finish(room: Room): Promise<void> {
    await this.do(room, 'finish')
    await this.waitFor(room, 'finished')
  }

  results(room: Room): Promise<Results> {
    return this.call<Results>('GET', `/contests/${room.contest}/results`)
  }
}
