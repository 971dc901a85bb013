import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { faults } from './support/axe'
import { close, face } from './support/faces'
import { expect, test } from './support/test'

interface Sheet {
  id: string
  questions: { no: number; options: { id: string }[] }[]
}

test('unusual answering is listed with its evidence, and staff decide', async ({
  browser,
  server,
  staff,
}) => {
  const now = Date.now()
  const { units } = await staff.call<{ units: { id: string; kind: string }[] }>(
    'GET',
    '/paper-contests/choices',
  )
  const contest = await staff.call<{ id: string }>('POST', '/paper-contests', {
    title: '安全知识预赛',
    units: units
      .filter((u) => u.kind !== 'park')
      .slice(0, 3)
      .map((u) => u.id),
    paper: {
      entry: 'open',
      opens_ms: now - 60_000,
      closes_ms: now + 3_600_000,
      draw: [{ bank_id: await staff.bank(), types: ['single'], count: 5 }],
    },
  })
  const { code } = await staff.call<{ code: string }>('POST', `/contests/${contest.id}/life`, {
    step: 'publish',
  })
  const call = async <T>(path: string, token: string, body?: unknown): Promise<T> => {
    const r = await fetch(`${server.url}/api/v1${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!r.ok) throw new Error(`${path}: ${String(r.status)} ${await r.text()}`)
    return (await r.json()) as T
  }
  const card = await call<{ units: { id: string }[] }>(`/online/${code}`, '')
  // Three people hand in from one tablet.
  for (const name of ['王芳', '李雷', '赵敏']) {
    const { token } = await call<{ token: string }>(`/online/${code}/entrants`, '', {
      team_id: card.units[0]?.id,
      name,
      client_id: randomUUID(),
    })
    const sheet = await call<Sheet>(`/online/${code}/attempts`, token, {
      phase: 'formal',
      device: 'tablet-of-the-meeting-room',
    })
    await call(`/attempts/${sheet.id}/hand-in`, token, {
      saves: sheet.questions.map((q) => ({ id: randomUUID(), q: q.no, n: 1, a: [q.options[0]?.id] })),
    })
  }

  const f = await face(browser, { viewport: { width: 1280, height: 720 } })
  await f.context.addCookies(staff.cookies())
  const { page } = f
  const shot = async (name: string) => {
    if (process.env['SHOTS'])
      await page.screenshot({ path: join(process.env['SHOTS'], `${name}.png`), fullPage: true })
  }
  await page.goto(`${server.url}/console/contests/${contest.id}`)
  await page.getByRole('tab', { name: '异常提示' }).click()
  await expect(page.getByText('这里只是提示，不会自动扣分或作废')).toBeVisible()
  await expect(page.getByText('还没有查找过')).toBeVisible()
  await page.getByText('查什么，到什么程度才提示').click()
  await expect(page.locator('#integrity-device_people')).toHaveValue('3')
  await shot('integrity-thresholds')
  await page.getByRole('button', { name: '开始查找' }).click()
  await expect(page.getByText(/查找完成，共 3 份/)).toBeVisible()
  const notice = page.getByRole('article', { name: '同一设备' })
  await expect(notice.getByText('3 人在同一台设备上作答')).toBeVisible()
  await expect(notice.getByRole('row', { name: /王芳/ })).toBeVisible()
  await shot('integrity-found')
  await page.mouse.move(2, 2) // off the button
  expect(await faults(page, 'notices')).toEqual([])

  // Nothing is settled without a reason.
  await notice.getByRole('button', { name: '没有问题…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: '标为没有问题' }).click()
  await expect(dialog.getByText('请写明原因')).toBeVisible()
  await dialog.getByRole('textbox').fill('会议室的公用平板')
  await dialog.getByRole('button', { name: '标为没有问题' }).click()
  await expect(page.getByText('没有发现不寻常的作答。')).toBeVisible()
  await page.getByLabel('处理情况').selectOption({ index: 1 })
  await expect(notice.getByText('会议室的公用平板')).toBeVisible()

  // Opened again, one attempt is taken out; the ledger tells why.
  await notice.getByRole('button', { name: '重新核实' }).click()
  await page.getByLabel('处理情况').selectOption({ index: 0 })
  await notice.getByRole('button', { name: '作废答卷…' }).click()
  await dialog.getByRole('textbox').fill('由他人代答')
  await dialog.getByRole('button', { name: /作废 0 份/ }).click()
  await expect(dialog.getByText('请选择要作废的答卷')).toBeVisible()
  await dialog.getByText(/^李雷/).click()
  await shot('integrity-void')
  await dialog.getByRole('button', { name: '作废 1 份答卷' }).click()
  await page.getByLabel('处理情况').selectOption({ index: 1 })
  await expect(notice.getByRole('row', { name: /李雷.*已作废/ })).toBeVisible()
  await page.getByRole('tab', { name: '台账' }).click()
  await expect(page.getByText(/由他人代答/)).toBeVisible()
  await shot('integrity-ledger')
  await close(f)
})
