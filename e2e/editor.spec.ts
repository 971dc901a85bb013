import type { Page } from '@playwright/test'
import { close, face } from './support/faces'
import { picture } from './support/media'
import type { Staff } from './support/staff'
import { expect, test } from './support/test'

const base = {
  version: 0,
  category: '安全',
  explanation: '见规程。',
  source: '园区规程',
  difficulty: 3,
  tags: [],
  media: [],
}

/** A bank with these questions, and the ids of them. */
async function bankOf(staff: Staff, questions: Record<string, unknown>[]): Promise<[string, string[]]> {
  const { id } = await staff.call<{ id: string }>('POST', '/banks', {
    name: `编辑 ${String(Date.now())} ${String(Math.random()).slice(2, 8)}`,
  })
  const ids: string[] = []
  for (const q of questions) {
    const got = await staff.call<{ id?: string; question?: { id: string } }>(
      'POST',
      `/banks/${id}/questions`,
      {
        ...base,
        ...q,
      },
    )
    ids.push(got.id ?? got.question?.id ?? '')
  }
  return [id, ids]
}
const four = (stem: string) => ({
  type: 'single',
  stem,
  options: ['断电', '报告', '撤离', '喊人'],
  key: ['A'],
})
/** Holds answers to this path until let go. */
async function hold(page: Page, path: RegExp): Promise<() => void> {
  let go = () => {}
  const gate = new Promise<void>((resolve) => (go = resolve))
  await page.route(path, async (route) => {
    await gate
    await route.continue().catch(() => {})
  })
  return go
}

test('what comes late never lands in another question, nor over what was typed', async ({
  browser,
  server,
  staff,
}) => {
  const [bank, [a, b]] = await bankOf(staff, [four('第一题先做什么'), four('第二题先做什么')])
  const f = await face(browser, { viewport: { width: 1280, height: 720 } })
  await f.context.addCookies(staff.cookies())
  const { page } = f
  await page.goto(`${server.url}/console/banks/${bank}`)

  // The question before it comes after this one was opened.
  const first = await hold(page, new RegExp(`/questions/${a ?? ''}$`))
  await page.getByRole('button', { name: '第一题先做什么' }).click()
  await expect(page.locator('#q-stem')).toHaveValue('第一题先做什么')
  await page.keyboard.press('Escape')
  await expect(page.locator('#q-stem')).toBeHidden()
  const second = await hold(page, new RegExp(`/questions/${b ?? ''}$`))
  await page.getByRole('button', { name: '第二题先做什么' }).click()
  await expect(page.locator('#q-stem')).toHaveValue('第二题先做什么')
  const late = page.waitForResponse((r) => r.url().endsWith(a ?? '-'))
  first()
  await (await late).finished()
  await expect(page.locator('#q-stem')).toHaveValue('第二题先做什么')

  // The question itself comes after somebody began to type.
  await page.locator('#q-stem').fill('第二题改过了')
  const own = page.waitForResponse((r) => r.url().endsWith(b ?? '-'))
  second()
  await (await own).finished()
  await page.locator('#q-explanation').fill('也改过了。')
  await expect(page.locator('#q-stem')).toHaveValue('第二题改过了')
  await page.getByRole('button', { name: '保存' }).click()
  await expect(page.locator('#q-stem')).toBeHidden()
  await expect(page.getByRole('button', { name: '第二题改过了' })).toBeVisible()
  await expect(page.getByRole('button', { name: '第一题先做什么' })).toBeVisible()
  await close(f)
})

test('a type chosen by mistake loses no option; an order has an order, also with one option more', async ({
  browser,
  server,
  staff,
}) => {
  const [bank] = await bankOf(staff, [four('先后顺序是什么')])
  const f = await face(browser, { viewport: { width: 1280, height: 720 } })
  await f.context.addCookies(staff.cookies())
  const { page } = f
  await page.goto(`${server.url}/console/banks/${bank}`)
  await page.getByRole('button', { name: '先后顺序是什么' }).click()
  await expect(page.locator('#q-stem')).toBeVisible()
  for (const other of ['填空', '判断']) {
    await page.getByRole('radio', { name: other }).check()
    await page.getByRole('radio', { name: '单选' }).check()
    await expect(page.getByLabel('选项 D', { exact: true })).toHaveValue('喊人')
    await expect(page.getByRole('radio', { name: 'A 是正确答案' })).toBeChecked()
  }
  await page.getByRole('radio', { name: '排序' }).check()
  await page.getByRole('button', { name: '添加选项' }).click()
  await page.getByLabel('选项 E', { exact: true }).fill('复位')
  await expect(page.getByLabel('正确顺序')).toHaveValue('ABCDE')
  await page.getByLabel('正确顺序').fill('BACDE')
  await page.getByRole('button', { name: '保存' }).click()
  await expect(page.locator('#q-stem')).toBeHidden()
  await expect(page.getByRole('cell', { name: 'B → A → C → D → E' })).toBeVisible()
  await close(f)
})

test('a file on its way is waited for, and nothing typed goes without a word', async ({
  browser,
  server,
  staff,
}) => {
  const [bank, [id]] = await bankOf(staff, [four('图里是什么')])
  const f = await face(browser, { viewport: { width: 1280, height: 720 } })
  await f.context.addCookies(staff.cookies())
  const { page } = f
  await page.goto(`${server.url}/console/banks`)
  await page.locator(`a[href$="/banks/${bank}"]`).first().click()
  await page.getByRole('button', { name: '图里是什么' }).click()
  const go = await hold(page, /\/api\/v1\/media$/)
  // Dropped onto the question, as from a folder.
  const bytes = (await picture(page, '图')).toString('base64')
  const drop = (selector: string, event: 'drop' | 'paste') =>
    page.locator(selector).evaluate(
      (to, [b64, kind]) => {
        const data = new DataTransfer()
        data.items.add(
          new File([Uint8Array.from(atob(b64), (c) => c.charCodeAt(0))], '图.png', { type: 'image/png' }),
        )
        const init = { bubbles: true, cancelable: true }
        to.dispatchEvent(
          kind === 'drop'
            ? new DragEvent('drop', { ...init, dataTransfer: data })
            : new ClipboardEvent('paste', { ...init, clipboardData: data }),
        )
      },
      [bytes, event] as const,
    )
  await drop('#q-stem', 'drop')
  await expect(page.locator('[data-part="stem"] progress')).toBeVisible()
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('还有文件在上传')
  await expect(page.getByRole('dialog').getByRole('alert')).toBeInViewport()
  // Escape while it is on its way asks too.
  await page.keyboard.press('Escape')
  await expect(page.getByText('放弃修改？')).toBeVisible()
  await page.getByRole('button', { name: '取消' }).last().click()
  go()
  await expect(page.locator('[data-part="stem"] img')).toBeVisible()
  await drop('#q-explanation', 'paste')
  await expect(page.locator('[data-part="explanation"] img')).toBeVisible()

  // The browser's way back asks first.
  await page.goBack().catch(() => {})
  await expect(page.getByText('离开此页？')).toBeVisible()
  await page.getByRole('button', { name: '取消' }).last().click()
  await expect(page.locator('[data-part="stem"] img')).toBeVisible()
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await expect(page.locator('#q-stem')).toBeHidden()
  const { question } = await staff.call<{ question: { media: { part: string }[] } }>(
    'GET',
    `/questions/${id ?? ''}`,
  )
  expect(question.media.map((m) => m.part)).toEqual(['stem', 'explanation'])

  // Versions say which pictures came.
  await page.getByRole('button', { name: '图里是什么' }).click()
  await expect(page.locator('.versions')).toContainText('题干的图片')
  await expect(page.locator('.versions img')).toHaveCount(2)
  await close(f)
})

test('two people edit one question: the later one sees the difference and chooses', async ({
  browser,
  server,
  staff,
}) => {
  const [bank, [id]] = await bankOf(staff, [four('两个人同时改的题')])
  const f = await face(browser, { viewport: { width: 1280, height: 720 } })
  await f.context.addCookies(staff.cookies())
  const { page } = f
  await page.goto(`${server.url}/console/banks/${bank}`)
  await page.getByRole('button', { name: '两个人同时改的题' }).click()
  await page.locator('#q-explanation').fill('我的解析。')
  await staff.call('PUT', `/questions/${id ?? ''}`, {
    ...base,
    ...four('两个人同时改的题'),
    key: ['C'],
    version: 1,
  })
  await page.getByRole('button', { name: '保存' }).click()
  const clash = page.getByTestId('clash')
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('别人刚刚修改了这道题')
  await expect(clash).toContainText('正确答案')
  await expect(page.locator('#q-explanation')).toHaveValue('我的解析。')
  await clash.getByRole('button', { name: '改用最新的一版' }).click()
  await expect(page.getByRole('radio', { name: 'C 是正确答案' })).toBeChecked()
  await page.locator('#q-explanation').fill('我的解析。')
  await page.getByRole('button', { name: '保存' }).click()
  await expect(page.locator('#q-stem')).toBeHidden()
  const { question } = await staff.call<{ question: { key: string[]; explanation: string } }>(
    'GET',
    `/questions/${id ?? ''}`,
  )
  expect([question.key, question.explanation]).toEqual([['C'], '我的解析。'])
  await close(f)
})
