import { expect, type Browser, type BrowserContext, type Page, type WebSocketRoute } from '@playwright/test'
import { until, type Server } from './server'
import type { Room, Staff } from './staff'

/** What the tests look at in a state message; docs/protocol.md has the rest. */
export interface State {
  seq: number
  phase: string
  paused: boolean
  blank: boolean
  scores_hidden: boolean
  voided: boolean
  break_until_ms: number | null
  question_no: number
  closes_ms: number | null
  limit_ms: number
  question: {
    no: number
    type: string
    stem: string
    points: number
    options: { id: string; text: string }[]
  } | null
  standings: {
    people: { name: string; place: number; points: number }[]
    teams: { name: string; place: number; points: number }[]
  } | null
  reveal: { key: string[] } | null
}
export interface Me {
  entrant: { id: string; name: string; team: { name: string } }
  points: number | null
  place: number | null
  people: number
  answer: { q: number; a: string[] } | null
  result: { q: number; answered: boolean; correct: boolean; points: number; a: string[] } | null
}

export interface Face {
  context: BrowserContext
  page: Page
  /** What the page threw or reported as an error. */
  errors: string[]
  /** The last messages that the page's socket brought. */
  state: () => State
  me: () => Me
}

type ContextOptions = Parameters<Browser['newContext']>[0]

/** A page of the context whose errors and messages are kept. */
export async function watched(context: BrowserContext): Promise<Face> {
  const page = await context.newPage()
  const errors: string[] = []
  const last: { state?: State; me?: Me } = {}
  page.on('pageerror', (e) => errors.push(e.message))
  page.on('console', (m) => {
    // A refused socket or request while the server is away is the browser's own note, not the page's.
    if (m.type() === 'error' && !/net::ERR|WebSocket connection|Failed to load resource/.test(m.text()))
      errors.push(m.text())
  })
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      const m = JSON.parse(payload.toString()) as { t: string }
      if (m.t === 'state') last.state = m as unknown as State
      if (m.t === 'me') last.me = m as unknown as Me
    })
  })
  const state = () => {
    if (!last.state) throw new Error('no state came yet')
    return last.state
  }
  const me = () => {
    if (!last.me) throw new Error('no me came yet')
    return last.me
  }
  return { context, page, errors, state, me }
}

export async function face(browser: Browser, options: ContextOptions = {}): Promise<Face> {
  return watched(await browser.newContext({ locale: 'zh-CN', ...options }))
}

export const phoneSize = { width: 390, height: 844 }

export async function openPhone(
  browser: Browser,
  server: Pick<Server, 'url'>,
  room: Room,
  options: ContextOptions = {},
): Promise<Face> {
  const f = await face(browser, { viewport: phoneSize, isMobile: true, hasTouch: true, ...options })
  await f.page.goto(`${server.url}/j/${room.code}`)
  return f
}

export async function enterName(f: Face, name: string, team = '第一支部'): Promise<void> {
  await f.page.getByRole('button', { name: team, exact: true }).click()
  await f.page.locator('#name').fill(name)
  await f.page.locator('form button[type=submit]').click()
}

export async function join(f: Face, name: string, team?: string): Promise<void> {
  await enterName(f, name, team)
  await expect(f.page.getByText(`${name}，你已入场`)).toBeVisible()
}

export async function joined(
  browser: Browser,
  server: Pick<Server, 'url'>,
  room: Room,
  name: string,
  team?: string,
  options?: ContextOptions,
): Promise<Face> {
  const f = await openPhone(browser, server, room, options)
  await join(f, name, team)
  return f
}

export async function openScreen(
  browser: Browser,
  server: Pick<Server, 'url'>,
  room: Room,
  { staff, view, ...options }: ContextOptions & { staff?: Staff; view?: string } = {},
): Promise<Face> {
  // The smallest projector: every pixel is painted by the processor here.
  const f = await face(browser, { viewport: { width: 1280, height: 720 }, ...options })
  if (staff) await f.context.addCookies(staff.cookies())
  await f.page.goto(`${server.url}/screen/${room.code}${view ? `?view=${view}` : ''}`)
  await expect(f.page.locator('.stage')).toBeVisible()
  await until('the screen’s state', () => seen(f))
  return f
}

export async function openDesk(
  browser: Browser,
  server: Pick<Server, 'url'>,
  room: Room,
  staff: Staff,
  options: ContextOptions = {},
): Promise<Face> {
  const f = await face(browser, { viewport: { width: 1440, height: 900 }, ...options })
  await f.context.addCookies(staff.cookies())
  await f.page.goto(`${server.url}/console/contests/${room.contest}/desk`)
  await expect(step(f)).toBeVisible()
  return f
}

function seen(f: Face): boolean {
  try {
    return f.state().seq >= 0
  } catch {
    return false
  }
}

/** Waits until the page has been told of such a state. */
export async function told(f: Face, what: string, ok: (s: State) => boolean): Promise<void> {
  await until(what, () => seen(f) && ok(f.state()))
}

/** Lets a test change every state that the server sends to this page. To be set before the page is opened. */
export async function rewrite(f: Face, change: (state: State) => void): Promise<void> {
  await f.page.routeWebSocket('**/ws', (ws: WebSocketRoute) => {
    const server = ws.connectToServer()
    server.onMessage((message) => {
      const m = JSON.parse(message.toString()) as { t: string } & State
      if (m.t === 'state') change(m)
      ws.send(JSON.stringify(m))
    })
  })
}

/** The option buttons of the phone's question. */
export const options = (f: Face) => f.page.locator('button.option')
export const option = (f: Face, letter: string) => options(f).nth(letter.charCodeAt(0) - 65)
/** What became of the phone's answer. */
export const status = (f: Face) => f.page.locator('.question p.status')
/** The desk's one big button. */
export const step = (f: Face) => f.page.locator('button.step')

export async function close(...faces: Face[]): Promise<void> {
  for (const f of faces) {
    expect(f.errors).toEqual([])
    await f.context.close()
  }
}
