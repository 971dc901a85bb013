import type { Browser } from '@playwright/test'
import { faults } from './support/axe'
import { close, type Face } from './support/faces'
import { choices, openOnline, Preliminary } from './support/online'
import { Server } from './support/server'
import { Staff } from './support/staff'
import { expect, test } from './support/test'

// A server of its own: questions of contests that other tests publish are kept out of learning.
let server: Server
let staff: Staff
test.beforeAll(async () => {
  server = await new Server().start()
  staff = await new Staff(server).signIn()
})
test.afterAll(async () => {
  await server.dispose()
})

async function rules(change: object): Promise<void> {
  const { version, settings } = await staff.call<{ version: number; settings: object }>(
    'GET',
    '/study/settings',
  )
  await staff.call('PUT', '/study/settings', { version, settings: { ...settings, ...change } })
}

async function learner(browser: Browser, who?: { phone: string; name: string }) {
  const made = new Preliminary(staff)
  const person = who ?? (await made.employee(await made.unit()))
  const f = await openOnline(browser, server, '/me/sign-in')
  await f.page.getByLabel('手机号或工号').fill(person.phone)
  await f.page.getByLabel('姓名').fill(person.name)
  await f.page.getByRole('button', { name: '登录', exact: true }).click()
  await f.page.getByRole('link', { name: /去学习/ }).click()
  await expect(f.page.getByRole('button', { name: /每日答题/ })).toBeVisible()
  return { f, person }
}
const unknown = (f: Face) => f.page.getByRole('button', { name: '不会，看答案' })
const why = (f: Face) => f.page.locator('.why')
const onward = (f: Face) => f.page.locator('.set-foot').getByRole('button')

/** Answers wrong, however often it takes: a challenge is single choice. */
async function miss(f: Face): Promise<void> {
  for (;;) {
    await choices(f).first().click()
    await expect(why(f)).toBeVisible()
    const right = (await why(f).textContent())?.includes('答对了')
    await onward(f).click()
    await expect(why(f)).toBeHidden()
    if (!right) return
  }
}

test('a daily set: key and explanation at once, a line that was cut, a review, the end of the day', async ({
  browser,
}) => {
  await rules({ daily_sets: 1 })
  const { f } = await learner(browser)
  await f.page.getByRole('button', { name: /每日答题/ }).click()
  await expect(f.page.locator('.ask')).toContainText('第 1 / 5 题')
  await f.page.getByRole('button', { name: '提示' }).click()
  await expect(f.page.locator('.ask [role=status]')).toContainText('提示')
  expect(await faults(f.page, 'set')).toEqual([])

  await f.context.setOffline(true)
  await unknown(f).click()
  await expect(f.page.getByRole('alert')).toContainText('网络不通')
  await f.context.setOffline(false)
  for (let no = 1; no <= 5; no++) {
    await expect(f.page.locator('.ask')).toContainText(`第 ${no} / 5 题`)
    await unknown(f).click()
    await expect(why(f)).toContainText('正确答案')
    await onward(f).click()
  }
  await expect(f.page.locator('.finale')).toContainText('答对 0 / 5 题')
  await expect(f.page.locator('.review')).toHaveCount(5)
  expect(await faults(f.page, 'review')).toEqual([])
  await f.page.getByRole('button', { name: '再来一组' }).click()
  await expect(f.page.getByRole('alert')).toContainText('明天再来')
  await expect(f.page.getByRole('button', { name: '再来一组' })).toBeHidden()

  // What was wrong waits in the book.
  await f.page.goto(`${server.url}/me/learn/mistakes`)
  await expect(f.page.locator('.review')).toHaveCount(5)
  expect(f.errors).toEqual([])
  await close(f)
})

test('a topic goes on after a reload and on another phone; a challenge ends with the second mistake', async ({
  browser,
}) => {
  const { f, person } = await learner(browser)
  await f.page.getByRole('button', { name: /专项答题/ }).click()
  await f.page.getByRole('button', { name: '10 题一组' }).click()
  await f.page.getByRole('button', { name: /^科技创新/ }).click()
  await expect(f.page.locator('.ask')).toContainText('第 1 / 10 题')
  await unknown(f).click()
  await expect(why(f)).toBeVisible()
  await f.page.reload()
  await expect(f.page.locator('.ask')).toContainText('第 2 / 10 题')

  const second = (await learner(browser, person)).f
  await second.page.getByRole('button', { name: /专项答题/ }).click()
  await second.page.getByRole('button', { name: /科技创新.*继续上一组/ }).click()
  await expect(second.page.locator('.ask')).toContainText('第 2 / 10 题')
  await unknown(second).click()
  await expect(why(second)).toBeVisible()

  // The first phone asks what the second has answered: the same outcome, and both go on.
  await unknown(f).click()
  await expect(why(f)).toBeVisible()
  await onward(f).click()
  await expect(f.page.locator('.ask')).toContainText('第 3 / 10 题')

  await second.page.goto(`${server.url}/me/learn`)
  await second.page.getByRole('button', { name: /挑战答题/ }).click()
  await expect(choices(second).first()).toBeVisible()
  await miss(second)
  await second.page.getByRole('button', { name: /复活一次/ }).click()
  await expect(choices(second).first()).toBeVisible()
  await miss(second)
  await expect(second.page.locator('.finale')).toContainText('挑战答题')
  await expect(second.page.locator('.review').first()).toContainText('正确答案')
  expect([...f.errors, ...second.errors]).toEqual([])
  await close(f, second)
})

test('a touch machine forgets who walked away', async ({ browser }) => {
  const k = await openOnline(browser, server, '/', {
    viewport: { width: 1080, height: 1920 },
    isMobile: false,
  })
  await k.page.clock.install()
  await k.page.goto(`${server.url}/kiosk`)
  await k.page.getByRole('button', { name: /挑战答题/ }).tap()
  await choices(k).first().tap()
  await expect(why(k)).toBeVisible()
  await expect(k.page.locator('.idle')).toContainText('无操作将返回首页')
  await k.page.clock.runFor(45_000)
  await expect(k.page.getByRole('alertdialog')).toContainText('还在吗')
  await k.page.getByRole('button', { name: '继续答题' }).tap()
  await expect(k.page.getByRole('alertdialog')).toBeHidden()
  await expect(why(k)).toBeVisible()
  await k.page.clock.runFor(62_000)
  await expect(k.page.getByRole('button', { name: /每日答题/ })).toBeVisible()
  expect(k.errors).toEqual([])
  await close(k)
})
