import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { close, face, openScreen } from './support/faces'
import type { Staff } from './support/staff'
import { expect, test } from './support/test'

const { AxeBuilder } = createRequire(__filename)(
  '@axe-core/playwright',
) as typeof import('@axe-core/playwright')

interface Made {
  type?: string
  stem: string
  options?: string[]
  key: string[]
  explanation?: string
  source?: string
  tags?: string[]
}

/** A bank with something of everything that a checkup finds, and a plain rest. */
const faulty: Made[] = [
  {
    stem: '发现火情时应当拨打的报警电话是哪一项？',
    options: ['119', '110', '120'],
    key: ['A'],
  },
  {
    stem: '发现火情时应该拨打的报警电话号码是哪个？',
    options: ['119', '110', '120'],
    key: ['A'],
    explanation: '火警电话是 119。',
    source: '《中华人民共和国消防法》',
    tags: ['消防'],
  },
  {
    stem: '使用灭火器时，人应当站在火源的哪个方向？',
    options: ['上风向', '下风向', '任意方向'],
    key: ['A'],
  },
  {
    stem: '使用灭火器时，人应当站在火源的哪个方向',
    options: ['下风向', '上风向', '任意方向', '高处'],
    key: ['A'],
  },
  {
    stem: '我国的省级行政区中，下列哪一个位于长江三角洲？',
    options: ['江苏省', '江苏', '青海', '甘肃'],
    key: ['A'],
  },
  {
    stem: '下列行为中，正确的是哪一项？',
    options: ['以上都不对', '挪用灭火器', '堵塞疏散通道'],
    key: ['A'],
  },
  {
    stem: `根据下面的材料回答：${'某企业在检查中发现多处隐患，负责人要求立即整改并如实记录。'.repeat(14)}该企业首先应当怎么做？`,
    options: ['停止作业并撤出人员', '继续作业', '等待通知', '更换负责人'],
    key: ['A'],
  },
  {
    type: 'judge',
    stem: '高处作业是指坠落高度基准面2米及以上的作业。',
    options: ['正确', '错误'],
    key: ['A'],
  },
  {
    type: 'judge',
    stem: '高处作业是指坠落高度基准面5米及以上的作业。',
    options: ['正确', '错误'],
    key: ['B'],
  },
]

async function faultyBank(staff: Staff, name: string): Promise<string> {
  const { id } = await staff.call<{ id: string }>('POST', '/banks', { name })
  const add = (q: Made) =>
    staff.call('POST', `/banks/${id}/questions`, {
      type: 'single',
      difficulty: 2,
      options: [],
      explanation: '',
      source: '',
      tags: [],
      category: '安全',
      ...q,
    })
  for (const q of faulty) await add(q)
  const things = '梅兰竹菊松柏桃李杏枣桑榆槐柳杨桐椿楠樟枫桦榕棕椰棉麻稻麦粟黍'
  for (const [i, c] of [...things].entries())
    await add({
      stem: `第${i + 1}组里，“${c}”字在《常用字表》中排在第几位？`,
      options: ['甲处', '乙处', '丙处', '丁处'],
      key: ['C'],
    })
  return id
}

async function faults(page: Page, where: string): Promise<string[]> {
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const { violations } = await new AxeBuilder({ page })
      .setLegacyMode(true)
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
      .analyze()
    for (const v of violations)
      if (v.impact === 'serious' || v.impact === 'critical')
        for (const n of v.nodes.slice(0, 3))
          found.push(`${where} ${colorScheme}: ${v.id} at ${n.target.join(' ')}: ${n.failureSummary ?? ''}`)
  }
  await page.emulateMedia({ colorScheme: 'light' })
  return found
}

test('a bank is checked, mended, the mend is taken back, and it is checked again', async ({
  browser,
  server,
  staff,
}) => {
  const id = await faultyBank(staff, `体检 ${Date.now()}`)
  const f = await face(browser, { viewport: { width: 1440, height: 900 } })
  await f.context.addCookies(staff.cookies())
  const { page } = f
  const found: string[] = []
  const shot = async (name: string) => {
    if (!process.env['SHOTS']) return
    for (const size of [
      { width: 1440, height: 900 },
      { width: 1280, height: 720 },
    ]) {
      await page.setViewportSize(size)
      await page.screenshot({ path: join(process.env['SHOTS'], `${name}-${size.width}.png`) })
    }
  }
  await page.goto(`${server.url}/console/banks/${id}`)
  await page.getByRole('button', { name: '题库体检' }).click()
  await expect(page.getByText('这个题库还没有体检过。')).toBeVisible()
  await shot('doctor-none')
  found.push(...(await faults(page, 'never checked')))
  await page.getByRole('button', { name: '开始体检' }).click()
  const kinds = page.getByRole('navigation', { name: '发现的问题' })
  await expect(kinds).toBeVisible()
  for (const name of [
    '近似重复',
    '选项意思相同',
    '“以上都对”不在最后',
    '大屏一页放不下',
    '答案字母偏斜',
    '缺解析',
    '缺出处',
    '相似但不同',
  ])
    await expect(kinds.getByRole('button', { name })).toBeVisible()
  await shot('doctor-first')

  // Near duplicates stand side by side; the fuller one is the one to keep.
  await kinds.getByRole('button', { name: '近似重复' }).click()
  const pair = page.getByRole('article').filter({ hasText: '报警电话' })
  await expect(pair.getByText('建议保留')).toBeVisible()
  await expect(pair.locator('mark').first()).toBeVisible()
  await shot('doctor-near')
  found.push(...(await faults(page, 'near')))
  await pair.getByRole('button', { name: '保留这道，删除另一道' }).first().click()
  await expect(pair.getByText('已修改', { exact: true })).toBeVisible()
  await expect(pair.getByText('已在回收站')).toBeVisible()
  await expect(pair.getByRole('button', { name: '撤销' })).toBeFocused()
  await shot('doctor-mended')
  await page.keyboard.press('Enter')
  await expect(page.getByText('已撤销，恢复 1 题')).toBeVisible()
  await expect(pair.getByRole('button', { name: '不是重复' })).toBeVisible()
  await pair.getByRole('button', { name: '不是重复' }).click()
  await expect(pair.getByText('已忽略')).toBeVisible()

  await kinds.getByRole('button', { name: '答案字母偏斜' }).click()
  await shot('doctor-letters')
  await page.getByRole('button', { name: '一键打散答案' }).click()
  await expect(page.getByText(/^已修改 \d+ 题$/)).toBeVisible()
  await kinds.getByRole('button', { name: '缺出处' }).click()
  await page.getByRole('button', { name: '全部设为…' }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('培训教材')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('article').getByText('已修改', { exact: true })).toBeVisible()
  await kinds.getByRole('button', { name: '“以上都对”不在最后' }).click()
  await page.getByRole('button', { name: '移到最后' }).click()
  await expect(page.getByRole('article').getByText('已修改', { exact: true })).toBeVisible()
  // Mends on the checkup's word do not make it old.
  await expect(page.getByText('题库在体检后改过')).toHaveCount(0)

  await kinds.getByRole('button', { name: '大屏一页放不下' }).click()
  await shot('doctor-long')
  await page.getByRole('button', { name: '修改这道题' }).click()
  await page.locator('#q-stem').fill('某企业发现多处隐患，首先应当怎么做？')
  await page.getByRole('button', { name: '保存' }).click()
  await expect(page.getByText('题库在体检后改过')).toBeVisible()
  await expect(page.getByText('体检后改过', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: '再检查一次' }).first().click()
  await expect(page.getByText('题库在体检后改过')).toHaveCount(0)
  await expect(kinds.getByRole('button', { name: '大屏一页放不下' })).toHaveCount(0)
  await expect(kinds.getByRole('button', { name: '近似重复' })).toHaveCount(0) // dismissed
  await page.getByRole('button', { name: /^已忽略/ }).click()
  await expect(page.getByRole('article').filter({ hasText: '报警电话' })).toBeVisible()
  await page.reload()
  await expect(kinds).toBeVisible()
  found.push(...(await faults(page, 'checked again')))
  expect(found.join('\n')).toBe('')
  await close(f)
})

test('a bank without faults says so', async ({ browser, server, staff }) => {
  const { id } = await staff.call<{ id: string }>('POST', '/banks', { name: `干净 ${Date.now()}` })
  await staff.call('POST', `/banks/${id}/questions`, {
    type: 'fill',
    stem: '我国的首都是____。',
    options: [],
    key: ['北京'],
    explanation: '宪法第一百四十三条。',
    source: '《中华人民共和国宪法》',
    difficulty: 1,
    category: '法律',
    tags: [],
  })
  const f = await face(browser, { viewport: { width: 1280, height: 720 } })
  await f.context.addCookies(staff.cookies())
  await f.page.goto(`${server.url}/console/banks/${id}/doctor`)
  await f.page.getByRole('button', { name: '开始体检' }).click()
  await expect(f.page.getByText('没有发现问题')).toBeVisible()
  await close(f)
})

test('tags are changed for many, and one press takes it back; versions show what was changed', async ({
  browser,
  server,
  staff,
}) => {
  const id = await faultyBank(staff, `标签 ${Date.now()}`)
  const f = await face(browser, { viewport: { width: 1440, height: 900 } })
  await f.context.addCookies(staff.cookies())
  const { page } = f
  const shot = async (name: string) => {
    if (process.env['SHOTS']) await page.screenshot({ path: join(process.env['SHOTS'], `${name}.png`) })
  }
  await page.goto(`${server.url}/console/banks/${id}`)
  await page.getByPlaceholder('搜索题干和选项').fill('灭火器')
  await expect(page.getByText('共 3 题')).toBeVisible()
  await page.getByRole('checkbox', { name: '全选本页' }).check()
  await page.getByRole('button', { name: '添加标签' }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('灭火器材，器材')
  await page.keyboard.press('Enter')
  await expect(page.getByText('已修改 3 题')).toBeVisible()
  await expect(page.getByRole('cell').getByText('灭火器材')).toHaveCount(3)
  await shot('bank-tags')
  await page.getByLabel('标签', { exact: true }).selectOption('器材')
  await expect(page.getByText('共 3 题')).toBeVisible()
  await page.getByLabel('标签', { exact: true }).selectOption('')
  await page.getByRole('button', { name: '撤销', exact: true }).click()
  await expect(page.getByText('已撤销，恢复 3 题')).toBeVisible()
  await expect(page.getByRole('cell').getByText('灭火器材')).toHaveCount(0)

  await page.getByRole('button', { name: /站在火源的哪个方向？/ }).click()
  await page.locator('#q-stem').fill('使用灭火器时，人不应当站在火源的哪个方向？')
  await page
    .getByRole('checkbox', { name: /下风向|B 是正确答案/ })
    .or(page.getByRole('radio', { name: 'B 是正确答案' }))
    .check()
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByRole('button', { name: /人不应当站在/ }).click()
  await expect(page.locator('ins').filter({ hasText: '不' })).toBeVisible()
  await expect(page.locator('del').filter({ hasText: 'A' })).toBeVisible()
  await shot('bank-versions')
  await page.keyboard.press('Escape')
  await expect(page.locator('#q-stem')).toBeHidden()
  await page.getByLabel('正确率').selectOption('none')
  await expect(page.getByText('共 3 题')).toBeVisible()
  await page.getByLabel('正确率').selectOption('0-20')
  await expect(page.getByText('没有符合条件的题目')).toBeVisible()
  await close(f)
})

// The doctor reckons with the measures of the screen: if these change, questionbank/doctor/screen.go must too.
test('the big screen has the room that the checkup reckons with', async ({ browser, server, staff }) => {
  const room = await staff.room({ questions: 1, types: ['single'] })
  const screen = await openScreen(browser, server, room)
  await staff.do(room, 'next')
  await staff.do(room, 'next')
  const box = screen.page.locator('.question .content')
  await expect(box).toBeVisible()
  const size = await box.evaluate((e) => ({ height: e.clientHeight - 16, width: e.clientWidth - 20 }))
  expect(size).toEqual({ height: 788, width: 1408 })
  await close(screen)
})
