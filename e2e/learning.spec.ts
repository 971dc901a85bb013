import { join } from 'node:path'
import { faults } from './support/axe'
import { close, face } from './support/faces'
import { expect, test } from './support/test'

test('banks are opened for learning after a warning, and rules are kept', async ({
  browser,
  server,
  staff,
}) => {
  // The demo's bank is open for learning; this one begins with none.
  const kept = await staff.call<{ version: number; settings: object }>('GET', '/study/settings')
  await staff.call('PUT', '/study/settings', {
    version: kept.version,
    settings: { ...kept.settings, banks: [], kiosk_banks: [], kiosk: false, daily_size: 5 },
  })
  const f = await face(browser, { viewport: { width: 1280, height: 720 } })
  await f.context.addCookies(staff.cookies())
  const { page } = f
  const shot = async (name: string) => {
    if (process.env['SHOTS'])
      await page.screenshot({ path: join(process.env['SHOTS'], `${name}.png`), fullPage: true })
  }
  await page.goto(`${server.url}/console/contests`)
  await page.getByRole('link', { name: '学习', exact: true }).click()
  await expect(page.getByRole('heading', { name: '学习', level: 1 })).toBeVisible()
  await expect(page.getByText('开放题库就是公开答案')).toBeVisible()
  const save = page.getByRole('button', { name: '保存', exact: true })
  await expect(save).toBeDisabled()
  await shot('learning')

  // The keyboard opens a bank; the demo contest has drawn questions of it, and the page says so.
  const bank = page.getByRole('row', { name: /示例题库/ })
  await expect(bank.getByText('竞赛也在用')).toBeVisible()
  await bank.getByRole('checkbox', { name: /员工学习/ }).focus()
  await page.keyboard.press('Space')
  await expect(page.getByText('有未保存的修改')).toBeVisible()
  await page.locator('#learning-daily_size').fill('7')
  await page.locator('#learning-daily_size').press('Tab')
  await save.click()
  const asked = page.getByRole('dialog', { name: '公开这些题库的答案？' })
  await expect(asked).toContainText('还有未结束的竞赛在用')
  await shot('learning-asked')
  await asked.getByRole('button', { name: '取消' }).click()
  await expect(save).toBeEnabled()
  await save.click()
  await asked.getByRole('button', { name: '公开并保存' }).click()
  await expect(page.getByText('已保存')).toBeVisible()
  await expect(save).toBeDisabled()
  await page.reload()
  await expect(page.locator('#learning-daily_size')).toHaveValue('7')
  await expect(bank.getByRole('checkbox', { name: /员工学习/ })).toBeChecked()

  // Voluntary learning is one switch: what goes with it says so.
  await page.locator('#learning-voluntary').focus()
  await page.keyboard.press('Space')
  await expect(page.getByText('自愿参加时不显示。')).toBeVisible()
  await expect(page.locator('#learning-streaks')).toBeDisabled()
  await expect(page.getByText('自愿参加：只显示前 50 名。')).toBeVisible()
  await shot('learning-voluntary')
  // A sticky bar covers what it stands over until that is scrolled to; the focus does scroll.
  await page.evaluate(() => {
    for (const e of document.querySelectorAll<HTMLElement>('.topbar, .save-bar')) e.style.position = 'static'
  })
  expect(await faults(page, 'learning')).toEqual([])

  // Leaving asks first; what somebody else has changed meanwhile is not overwritten.
  await page.getByRole('link', { name: '题库', exact: true }).first().click()
  const leave = page.getByRole('dialog', { name: '离开此页？' })
  await leave.getByRole('button', { name: '取消' }).click()
  const now = (await (await page.request.get(`${server.url}/api/v1/study/settings`)).json()) as {
    version: number
    settings: object
  }
  const other = await page.request.put(`${server.url}/api/v1/study/settings`, {
    headers: { origin: server.url },
    data: { version: now.version, settings: { ...now.settings, daily_size: 6 } },
  })
  expect(other.ok()).toBe(true)
  await save.click()
  await expect(page.getByRole('alert').filter({ hasText: '设置已被别人修改' })).toBeVisible()
  await page.getByRole('button', { name: '载入最新设置' }).click()
  await expect(page.locator('#learning-daily_size')).toHaveValue('6')
  await close(f)
})
