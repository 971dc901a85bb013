import { expect, type Browser, type BrowserContext, type Page } from '@playwright/test'
import type { Server } from './server'
import type { Room, Staff } from './staff'

export interface Face {
  context: BrowserContext
  page: Page
  /** What the page threw or reported as an error. */
  errors: string[]
}

async function face(browser: Browser, options: Parameters<Browser['newContext']>[0]): Promise<Face> {
  const context = await browser.newContext({ locale: 'zh-CN', ...options })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (e) => errors.push(e.message))
  page.on('console', (m) => {
    // A refused socket or request while the server is away is the browser's own note, not the page's.
    if (m.type() === 'error' && !/net::ERR|WebSocket connection|Failed to load resource/.test(m.text())) errors.push(m.text())
  })
  return { context, page, errors }
}

export const phoneSize = { width: 390, height: 844 }

export async function openPhone(browser: Browser, server: Server, room: Room, options: Parameters<Browser['newContext']>[0] = {}): Promise<Face> {
  const f = await face(browser, { viewport: phoneSize, isMobile: true, hasTouch: true, ...options })
  await f.page.goto(`${server.url}/j/${room.code}`)
  return f
}

export async function join(f: Face, name: string, team = '第一支部'): Promise<void> {
  await f.page.getByRole('button', { name: team }).click()
  await f.page.getByRole('textbox').last().fill(name)
  await f.page.getByRole('button', { name: '加入比赛' }).click()
  await expect(f.page.getByText(name).first()).toBeVisible()
  await expect(f.page.getByText('请等主持人开始').first()).toBeVisible()
}

export async function joined(browser: Browser, server: Server, room: Room, name: string, team?: string): Promise<Face> {
  const f = await openPhone(browser, server, room)
  await join(f, name, team)
  return f
}

export async function openScreen(browser: Browser, server: Server, room: Room, staff?: Staff, viewport = { width: 1920, height: 1080 }): Promise<Face> {
  const f = await face(browser, { viewport })
  if (staff) await f.context.addCookies(staff.cookies())
  await f.page.goto(`${server.url}/screen/${room.code}`)
  return f
}

export async function openDesk(browser: Browser, server: Server, room: Room, staff: Staff, viewport = { width: 1440, height: 900 }): Promise<Face> {
  const f = await face(browser, { viewport })
  await f.context.addCookies(staff.cookies())
  await f.page.goto(`${server.url}/console/contests/${room.contest}/desk`)
  return f
}

/** The option buttons of the phone's question. */
export const options = (f: Face) => f.page.locator('button.option')
