import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { faults } from './support/axe'
import { close, face } from './support/faces'
import { expect, test } from './support/test'

/** Moves on with Tab until what has the focus is called so; everything must be within reach. */
async function tabTo(page: Page, name: RegExp, most = 60): Promise<void> {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab')
    const found = await page.evaluate(() => {
      const e = document.activeElement as HTMLInputElement | null
      const labels = [...(e?.labels ?? [])].map((l) => l.textContent)
      return [e?.getAttribute('aria-label'), e?.textContent, e?.title, ...labels].join(' ')
    })
    if (name.test(found)) return
  }
  throw new Error(`not within ${most} steps: ${name}`)
}
const shot = async (page: Page, name: string) => {
  if (process.env['SHOTS'])
    await page.screenshot({ path: join(process.env['SHOTS'], `${name}.png`), fullPage: true })
}

test('from a template to a published contest with the keyboard alone', async ({ browser, server, staff }) => {
  const f = await face(browser, { viewport: { width: 1440, height: 900 } })
  await f.context.addCookies(staff.cookies())
  const { page } = f
  const found: string[] = []
  const title = `键盘预赛 ${Date.now()}`
  const begun = Date.now()

  await page.goto(`${server.url}/console/contests/new`)
  await expect(page.getByRole('button', { name: /^学习强国式预赛/ })).toBeFocused()
  found.push(...(await faults(page, 'template')))
  await page.keyboard.press('Enter')

  await expect(page.getByRole('heading', { name: '名称与时间' })).toBeFocused()
  await tabTo(page, /竞赛名称/)
  // Without a name it does not go on, and says why.
  await page.keyboard.press('Enter')
  await expect(page.getByText('请填写竞赛名称')).toBeVisible()
  await page.keyboard.type(title)
  found.push(...(await faults(page, 'when')))
  await shot(page, 'wizard-when')
  await page.keyboard.press('Enter')

  await expect(page.getByRole('heading', { name: '参赛范围' })).toBeFocused()
  await expect(page.getByText(/^已选 \d\d 个单位，共 \d{3} 人/)).toBeVisible()
  await tabTo(page, /按花名册/)
  found.push(...(await faults(page, 'who')))
  await page.keyboard.press('Enter')

  await expect(page.getByRole('heading', { name: '题目' })).toBeFocused()
  await expect(page.getByText(/够用：可用 \d+ 题，每卷抽 10 题/)).toBeVisible()
  // More than the bank has: the rule says so at once, and again when it has enough.
  await tabTo(page, /规则 2: 抽几题/)
  await page.keyboard.press('Control+a')
  await page.keyboard.type('150')
  await page.keyboard.press('Tab')
  await expect(page.getByText(/不够：只有 \d+ 题，需要 150 题/)).toBeVisible()
  await page.getByLabel('规则 2: 抽几题').focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.type('5')
  await page.keyboard.press('Tab')
  await expect(page.getByText(/够用/)).toHaveCount(3)
  found.push(...(await faults(page, 'questions')))
  await shot(page, 'wizard-questions')
  await tabTo(page, /^\s*下一步\s*$/)
  await page.keyboard.press('Enter')

  await expect(page.getByRole('heading', { name: '规则', exact: true })).toBeFocused()
  await expect(page.getByText('每人每天可正式答题 2 次。')).toBeVisible()
  // One switch for voluntary taking part; it says what else it has set.
  await tabTo(page, /自愿参加/)
  await page.keyboard.press('Space')
  await expect(page.getByText('个人排行榜改为只公布前 10 名')).toBeVisible()
  await expect(page.getByText('个人排行榜公布前 10 名，每人可看到自己的名次。')).toBeVisible()
  // Bars that stay in view are over some field or other at every place of a long page.
  await page.evaluate(() => {
    for (const e of document.querySelectorAll<HTMLElement>('.topbar, .save-bar')) e.style.position = 'static'
  })
  found.push(...(await faults(page, 'rules')))
  await shot(page, 'wizard-rules')
  await tabTo(page, /^\s*下一步\s*$/)
  await page.keyboard.press('Enter')

  await expect(page.getByRole('heading', { name: '确认发布' })).toBeFocused()
  await expect(page.getByRole('article').getByText('每次答题限时 10 分钟，时间到自动交卷。')).toBeVisible()
  found.push(...(await faults(page, 'summary')))
  await shot(page, 'wizard-summary')
  await tabTo(page, /发布竞赛/)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: '发布竞赛？' })).toBeVisible()
  await tabTo(page, /^\s*发布\s*$/, 6)
  await page.keyboard.press('Enter')

  await expect(page.getByRole('tab', { name: '比赛码与海报' })).toHaveAttribute('aria-selected', 'true')
  await expect(page.getByRole('img', { name: /二维码：.*\/o\/\d{6}/ })).toBeVisible()
  found.push(...(await faults(page, 'share')))
  await shot(page, 'wizard-share')
  expect(Date.now() - begun).toBeLessThan(180_000)
  expect(found).toEqual([])
  expect(f.errors).toEqual([])
  await close(f)
})

test('a draft is left and come back to, and going back loses nothing', async ({ browser, server, staff }) => {
  const f = await face(browser, { viewport: { width: 1280, height: 720 } })
  await f.context.addCookies(staff.cookies())
  const { page } = f
  const title = `草稿预赛 ${Date.now()}`
  await page.goto(`${server.url}/console/contests/new`)
  await page.getByRole('button', { name: /^宪法日竞赛/ }).click()
  await page.getByLabel('竞赛名称').fill(title)
  await page.locator('label[for="p-practice"]').click()
  await page.getByRole('button', { name: '下一步' }).click()
  await page.getByRole('button', { name: '清空' }).click()
  await page.getByLabel('搜索单位').fill('云梭研发')
  await page.getByRole('checkbox').first().check()
  await page.getByRole('button', { name: '上一步' }).click()
  await expect(page.getByLabel('竞赛名称')).toHaveValue(title)
  await expect(page.getByLabel('练习开始')).toBeVisible()
  // By another way out than the button: it is stored all the same.
  await page.getByRole('link', { name: '题库' }).click()
  await expect(page.getByRole('heading', { name: '题库', level: 1 })).toBeVisible()
  await page.goto(`${server.url}/console/contests`)
  await page.getByRole('link', { name: title }).click()
  await page.getByRole('button', { name: '参赛范围' }).click()
  await expect(page.getByText('已选 1 个单位')).toBeVisible()

  // A draft that nobody wants is deleted, and asks before.
  await page.getByRole('button', { name: '保存并离开' }).click()
  const id = (
    await staff.call<{ contests: { id: string; title: string }[] }>('GET', '/contests')
  ).contests.find((c) => c.title === title)?.id
  await page.goto(`${server.url}/console/contests/${id ?? ''}`)
  await page.getByRole('button', { name: '删除草稿' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '删除草稿' }).click()
  await expect(page.getByRole('heading', { name: '竞赛', level: 1 })).toBeVisible()
  await expect(page.getByRole('link', { name: title })).toHaveCount(0)
  expect(f.errors).toEqual([])
  await close(f)
})

for (const lang of ['zh-CN', 'en'] as const) {
  test(`the page of a running contest, ${lang}`, async ({ browser, server, staff }) => {
    const f = await face(browser, { viewport: { width: 1280, height: 720 } })
    await f.context.addCookies(staff.cookies())
    const { page } = f
    const { contests } = await staff.call<{ contests: { id: string; kind: string; title: string }[] }>(
      'GET',
      '/contests',
    )
    const demo = contests.find((c) => c.kind === 'paper' && c.title.includes('网上预赛'))?.id ?? ''
    const found: string[] = []
    await page.goto(`${server.url}/console/contests/${demo}?lang=${lang}`)
    const tabs = page.getByRole('tab')
    await expect(tabs.first()).toBeVisible()
    for (let i = 0; i < (await tabs.count()); i++) {
      await tabs.nth(i).click()
      await expect(tabs.nth(i)).toHaveAttribute('aria-selected', 'true')
      await expect(page.getByRole('tabpanel').locator('.card, .poster').first()).toBeVisible()
      await expect(page.getByRole('tabpanel').locator('[role="status"].card')).toHaveCount(0)
      found.push(...(await faults(page, `tab ${i} ${lang}`)))
      await shot(page, `paper-tab-${i}-${lang}`)
    }
    // Nothing is wider than the window.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1280)
    expect(found).toEqual([])
    expect(f.errors).toEqual([])
    await close(f)
  })
}
