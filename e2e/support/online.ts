import { expect, type Browser } from '@playwright/test'
import { face, phoneSize, type Face } from './faces'
import type { Server } from './server'
import type { Staff } from './staff'

type Json = Record<string, unknown>

export interface Paper {
  id: string
  code: string
}
export interface Employee {
  id: string
  name: string
  phone: string
  unit: string
}

let count = 0
/** Names and numbers of this run that nobody else has. */
const mark = () => `${Date.now().toString(36).slice(-4)}${(count++).toString(36)}`

/** Units, people and published contests of kind paper, made as the console makes them. */
export class Preliminary {
  constructor(private readonly staff: Staff) {}

  async unit(name = `第${mark()}支部`): Promise<string> {
    const u = await this.staff.call<{ id: string }>('POST', '/units', { name, kind: 'branch', parent_id: '' })
    return u.id
  }

  async employee(unit: string, name = '王芳'): Promise<Employee> {
    const phone = `139${String(Date.now() + count++).slice(-8)}`
    const person = await this.staff.call<{ id: string }>('POST', '/people', {
      name,
      phone,
      employee_no: '',
      unit_id: unit,
    })
    return { id: person.id, name, phone, unit }
  }

  /** A contest of five questions that is open since a minute, for these units; `paper` changes its rules. */
  async publish(units: string[], paper: Json = {}, title = '安全生产月网上答题'): Promise<Paper> {
    const now = Date.now()
    const made = await this.staff.call<{ id: string }>('POST', '/paper-contests', {
      template: 'empty',
      title,
      organizer: '云锦产业园工会',
      settings: {},
      units,
      paper: {
        opens_ms: now - 60_000,
        closes_ms: now + 3 * 86_400_000,
        draw: [
          {
            bank_id: await this.staff.bank(),
            types: ['single'],
            categories: [],
            difficulties: [],
            count: 5,
            points: 0,
          },
        ],
        ...paper,
      },
    })
    const { code } = await this.staff.call<{ code: string }>('POST', `/contests/${made.id}/life`, {
      step: 'publish',
    })
    return { id: made.id, code }
  }

  rule(bank: string, types: string[], count: number): Json {
    return { bank_id: bank, types, categories: [], difficulties: [], count, points: 0 }
  }
}

type ContextOptions = Parameters<Browser['newContext']>[0]

export async function openOnline(
  browser: Browser,
  server: Pick<Server, 'url'>,
  path: string,
  options: ContextOptions = {},
): Promise<Face> {
  const f = await face(browser, { viewport: phoneSize, isMobile: true, hasTouch: true, ...options })
  await f.page.goto(server.url + path)
  return f
}

/** From the card to signed in. */
export async function signIn(f: Face, who: Employee): Promise<void> {
  await f.page.getByRole('button', { name: /登录/ }).click()
  await f.page.getByLabel('手机号或工号').fill(who.phone)
  await f.page.getByLabel('姓名').fill(who.name)
  await f.page.getByRole('button', { name: '登录', exact: true }).click()
  await expect(f.page.getByRole('heading', { name: who.name })).toBeVisible()
}

/** From the card, signed in, to the first question. */
export async function start(f: Face): Promise<void> {
  await f.page.getByRole('button', { name: /开始答题|再答一次/ }).click()
  await f.page.getByRole('alertdialog').getByRole('button', { name: '开始' }).click()
  await expect(f.page.locator('.ask')).toBeVisible()
}

export const saved = (f: Face) => f.page.locator('.pilot .status.good')
export const choices = (f: Face) => f.page.locator('.ask button.option')
export const onward = (f: Face) => f.page.getByRole('button', { name: '下一题' })
