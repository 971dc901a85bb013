import { close, face } from './support/faces'
import { faults } from './support/axe'
import { expect, test } from './support/test'

test('a key is corrected with its effect seen before, and taken back', async ({ browser, server, staff }) => {
  const f = await face(browser, { viewport: { width: 1280, height: 720 } })
  await f.context.addCookies(staff.cookies())
  const { page } = f
  const { contests } = await staff.call<{ contests: { id: string; kind: string; status: string }[] }>(
    'GET',
    '/contests',
  )
  const id = contests.find((c) => c.kind === 'paper' && c.status === 'running')?.id ?? ''
  await page.goto(`${server.url}/console/contests/${id}?tab=questions`)
  // What most people had: somebody's result changes.
  await page.getByRole('columnheader', { name: '出现' }).getByRole('button').click()
  const row = page.getByRole('row').filter({ hasText: '单选题' }).first()
  const now = (await row.getByText(/^正确答案/).textContent())?.trim() ?? ''
  const other = now.endsWith('A') ? 'B' : 'A'
  const stem = (await row.locator('.stem').textContent()) ?? ''
  // Which attempts count changes with the key, and with them the order of the rows.
  await page.getByLabel('搜索题干').fill(stem.slice(0, 20))
  const it = page.getByRole('row').filter({ hasText: stem })
  await row.getByRole('button', { name: /^更正/ }).press('Enter')

  const dialog = page.getByRole('dialog', { name: '更正题目' })
  const look = dialog.getByRole('button', { name: '看看影响' })
  await look.click()
  await expect(dialog.getByText('与现在的答案相同，请选新的答案。')).toBeVisible()
  await dialog.getByRole('radio', { name: new RegExp(`^${other} `) }).check()
  await look.click()
  await expect(dialog.getByText(/[1-9]\d* 人的成绩会变/)).toBeVisible()
  await expect(dialog.getByRole('table').locator('tbody tr').first()).toBeVisible()
  expect(await faults(page, 'correct')).toEqual([])
  // Another choice than the one whose effect was seen must be looked at first.
  await dialog.getByRole('radio', { name: '作废此题' }).check()
  await expect(look).toBeVisible()
  await dialog.getByRole('radio', { name: '更换正确答案' }).check()
  await dialog.getByRole('button', { name: '确认更正' }).click()
  await expect(dialog.getByText('请填写原因。')).toBeVisible()
  await dialog.getByLabel('原因（记入操作日志）').fill('教材已改')
  await dialog.getByRole('button', { name: '确认更正' }).click()
  await expect(page.getByText(/已更正：\d+ 人的成绩有变化/)).toBeVisible()
  await expect(it.getByText(`正确答案 ${other}`)).toBeVisible()
  await page.getByRole('button', { name: '撤销' }).click()
  await expect(page.getByText('已撤销，成绩已恢复')).toBeVisible()
  await expect(it.getByText(now)).toBeVisible()

  // Rules that are not saved are asked about from every tab.
  await page.getByRole('tab', { name: '规则与设置' }).click()
  await page.getByLabel('主办单位').fill('另一个单位')
  await page.getByRole('tab', { name: '台账' }).click()
  await page.getByRole('link', { name: '赛季' }).click()
  await page.getByRole('dialog', { name: '离开此页？' }).getByRole('button', { name: '取消' }).click()
  await expect(page.getByRole('tab', { name: '台账' })).toBeVisible()
  expect(f.errors).toEqual([])
  await close(f)
})
