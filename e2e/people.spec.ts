import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { faults } from './support/axe'
import { close, face } from './support/faces'
import { expect, test } from './support/test'

const shot = async (page: Page, name: string) => {
  if (!process.env['SHOTS']) return
  await page.emulateMedia({ colorScheme: 'light' })
  for (const [width, height] of [
    [1440, 900],
    [1280, 720],
  ] as const) {
    await page.setViewportSize({ width, height })
    await page.screenshot({ path: join(process.env['SHOTS'], `people-${name}-${width}.png`) })
  }
}

/** A roster as firms have them: a title, columns in any order, mangled numbers, a unit under another name. */
const messy = `云锦园区2026年花名册,,,,,
序号,工 号,人员姓名,手机号码（必填）,单位名称,所属支部
1,R01,张 三,１３９ 0000 0001,花溪食品有限公司,一支部
2,R02,李四,+86 139-0000-0002,花溪食品有限公司,一支部
3,R03,王五,1.39E+10,花溪食品有限公司,二支部
4,R04,赵六,13900000004,花西食品,二支部
合计：4人,,,,,
`

test('a messy roster is imported, a unit matched and remembered, a replacing import stops, and people sign in', async ({
  browser,
  server,
  staff,
}) => {
  const f = await face(browser, { viewport: { width: 1280, height: 720 } })
  await f.context.addCookies(staff.cookies())
  const { page } = f
  const found: string[] = []
  const { units } = await staff.call<{ units: { id: string; name: string; parent_id: string }[] }>(
    'GET',
    '/units',
  )
  const park = units.find((u) => u.parent_id === '')?.id ?? ''

  // A unit made by hand, with another name that it has in rosters.
  await page.goto(`${server.url}/console/units`)
  await expect(page.getByRole('heading', { name: '单位与人员', level: 1 })).toBeVisible()
  await expect(page.getByRole('table').getByRole('row').nth(3)).toBeVisible()
  await shot(page, 'units')
  found.push(...(await faults(page, 'units')))
  await page.getByRole('button', { name: '新建单位' }).click()
  await page.locator('#unit-name').fill('花溪食品')
  await page.locator('#unit-kind').selectOption('enterprise')
  await page.getByRole('button', { name: '保存' }).click()
  await expect(page.getByRole('heading', { name: '花溪食品', level: 2 })).toBeVisible()
  await page.getByRole('button', { name: '“花溪食品”的操作' }).click()
  await page.getByRole('menuitem', { name: '名称、类型和别名' }).click()
  await page.locator('#unit-aliases').fill('花溪食品有限公司')
  await shot(page, 'unit-dialog')
  await page.getByRole('button', { name: '保存' }).click()
  await expect(page.locator('#unit-aliases')).toBeHidden()

  // Renamed in place, by keyboard.
  const name = page.locator('[data-unit]', { hasText: '花溪食品' })
  await name.focus()
  await page.keyboard.press('F2')
  await page.keyboard.type('花溪食品厂')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: '花溪食品厂', level: 2 })).toBeVisible()

  await page.getByRole('button', { name: '导入花名册' }).click()
  await expect(page.getByRole('heading', { name: '导入花名册', level: 1 })).toBeVisible()
  await shot(page, 'import')
  const file = (text: string, as: string) => ({ name: as, mimeType: 'text/csv', buffer: Buffer.from(text) })
  await page.locator('input[type=file]').setInputFiles(file(messy, '花溪.csv'))
  await expect(page.getByText('花溪.csv：读到 4 行')).toBeVisible()
  // What is wrong comes first, with its cell.
  await expect(page.getByText('后几位已丢失')).toBeVisible()
  await expect(page.locator('.cell', { hasText: 'D5' })).toBeVisible()
  await page.getByLabel('自动新建已有单位里缺少的支部和部门').check()
  await expect(page.getByText('1 个名称等待选择')).toBeVisible()
  await shot(page, 'preview')
  found.push(...(await faults(page, 'preview')))
  await page.getByRole('combobox', { name: '花西食品' }).selectOption({ label: '就是：花溪食品厂' })
  await expect(page.getByText('单位都已对应')).toBeVisible()
  await page.getByRole('button', { name: /^全部 4/ }).click()
  await expect(page.getByText('139****0002')).toBeVisible()
  await expect(page.getByText('13900000002')).toHaveCount(0)
  await shot(page, 'matched')
  await page.getByRole('button', { name: '导入：新增 3' }).click()
  await expect(page.getByRole('heading', { name: '花名册已导入' })).toBeVisible()
  await shot(page, 'stored')

  // Again: nobody is doubled, and the name was learnt.
  await page.getByRole('button', { name: '再导入一个' }).click()
  await page
    .locator('input[type=file]')
    .setInputFiles(file(messy.replace('1.39E+10', '13900000003'), '再来.csv'))
  await expect(page.getByText('再来.csv：读到 4 行')).toBeVisible()
  await expect(page.getByText('等待选择', { exact: false })).toHaveCount(0)
  await page.getByRole('button', { name: '导入：新增 1' }).click()
  await expect(page.getByRole('heading', { name: '花名册已导入' })).toBeVisible()

  // A file of one unit's whole list that lacks most of them: it stops.
  await page.getByRole('button', { name: '再导入一个' }).click()
  await page
    .locator('input[type=file]')
    .setInputFiles(file('姓名,手机号,单位,支部\n张三,13900000001,花溪食品厂,一支部\n', '少.csv'))
  await expect(page.getByText('少.csv：读到 1 行')).toBeVisible()
  await page.getByText('整体替换所选单位').click()
  await page.locator('#replace-unit').fill('花溪食品厂')
  await expect(page.locator('.chips')).toContainText('花溪食品厂')
  await page.getByRole('button', { name: /^移出 3/ }).click()
  await expect(page.getByRole('cell', { name: '李四' })).toBeVisible()
  await page.getByRole('button', { name: '导入：移出花名册 3' }).click()
  const box = page.getByRole('dialog', { name: '将有 3 人移出花名册' })
  await expect(box).toContainText('现有 4 人')
  await box.getByRole('textbox').fill('2')
  await box.getByRole('button', { name: '将有 3 人移出花名册' }).click()
  await expect(box.getByText('请输入 3')).toBeVisible()
  await shot(page, 'confirm')
  await box.getByRole('textbox').fill('3')
  await box.getByRole('button', { name: '将有 3 人移出花名册' }).click()
  await expect(page.getByRole('heading', { name: '花名册已导入' })).toBeVisible()
  await page.getByRole('button', { name: '撤销导入' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '撤销导入' }).click()
  await expect(page.getByText('已撤销').first()).toBeVisible()

  // A PIN, told once; from then on it is needed.
  await page.getByRole('button', { name: '查看人员' }).click()
  await page.getByPlaceholder('搜索姓名、手机号、工号').fill('李四 r02')
  await page.getByRole('button', { name: '李四' }).click()
  await expect(page.locator('#person-phone')).toHaveValue('13900000002')
  await page.getByRole('button', { name: '生成新 PIN' }).click()
  const told = await page.getByText('新的 PIN：').textContent()
  const pin = /\d{6}/.exec(told ?? '')?.[0] ?? ''
  await page.getByRole('button', { name: '换发个人链接' }).click()
  await expect(page.getByRole('img', { name: '个人二维码' })).toBeVisible()
  const link = await page.getByLabel('个人链接', { exact: true }).inputValue()
  await page.getByRole('switch', { name: '担任“花溪食品厂”的领队' }).focus()
  await page.keyboard.press('Space')
  await expect(page.getByRole('switch', { name: '担任“花溪食品厂”的领队' })).toBeChecked()
  await shot(page, 'person')
  found.push(...(await faults(page, 'person')))
  await page.getByRole('button', { name: '取消', exact: true }).click()

  const phone = async (path: string, body: object) => {
    const r = await fetch(`${server.url}/api/v1/player/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: r.status, body: (await r.json()) as { token?: string; error?: { key: string } } }
  }
  const who = { number: '139 0000 0002', name: '李四' }
  expect((await phone('session', who)).body.error?.key).toBe('player.unknown')
  expect((await phone('session', { ...who, pin: '000000' })).body.error?.key).toBe('player.unknown')
  expect((await phone('session', { ...who, pin })).status).toBe(200)
  const { token } = (await phone('link', { token: link.split('/in/')[1] })).body
  const me = await fetch(`${server.url}/api/v1/player`, { headers: { authorization: `Bearer ${token}` } })
  expect(await me.json()).toMatchObject({
    person: { name: '李四', phone: '139****0002' },
    unit: { name: '一支部' },
    captain_of: [{ name: '花溪食品厂' }],
  })

  // Sheets for the unit to hand out.
  await page.getByPlaceholder('搜索姓名、手机号、工号').fill('')
  await page.getByPlaceholder('搜索单位或别名').fill('花西')
  await page.getByRole('button', { name: '“花溪食品厂”的操作' }).click()
  await page.getByRole('menuitem', { name: '打印个人二维码' }).click()
  await page.getByText('给所有人').click()
  await page.getByRole('button', { name: '制作' }).click()
  await expect(page.locator('.slip')).toHaveCount(4)
  await shot(page, 'sheet')
  found.push(...(await faults(page, 'sheet')))
  expect((await phone('link', { token: link.split('/in/')[1] })).body.error?.key).toBe('player.link') // re-issued
  await page.getByRole('button', { name: '关闭', exact: true }).last().click()
  await page.getByRole('dialog').last().getByRole('button', { name: '关闭', exact: true }).last().click()
  await expect(page.locator('.slip')).toHaveCount(0)

  // Off the roster and back, then erased for good.
  await page.getByPlaceholder('搜索姓名、手机号、工号').fill('赵六')
  await page.getByRole('button', { name: '赵六' }).click()
  await page.getByRole('button', { name: '移出花名册' }).click()
  await expect(page.getByText('已将 赵六 移出花名册')).toBeVisible()
  await page.getByRole('button', { name: '撤销', exact: true }).click()
  await page.getByRole('button', { name: '赵六' }).click()
  await page.getByRole('button', { name: '删除个人资料…' }).click()
  const erase = page.getByRole('dialog', { name: '删除“赵六”的个人资料' })
  await erase.getByRole('textbox').fill('赵七')
  await erase.getByRole('button', { name: '删除个人资料' }).click()
  await expect(erase.getByText('姓名不一致')).toBeVisible()
  await erase.getByRole('textbox').fill('赵六')
  await erase.getByRole('button', { name: '删除个人资料' }).click()
  await expect(page.getByText('没有符合条件的人员')).toBeVisible()

  // The unit goes into another one.
  await page.getByRole('button', { name: '“花溪食品厂”的操作' }).click()
  await page.getByRole('menuitem', { name: '合并到…' }).click()
  await page.locator('#merge-into').fill(units.find((u) => u.id === park)?.name ?? '')
  await expect(page.getByText('不再存在，不能撤销')).toBeVisible()
  await shot(page, 'merge')
  found.push(...(await faults(page, 'merge')))
  await page.getByRole('button', { name: '合并', exact: true }).click()
  await page.getByPlaceholder('搜索单位或别名').fill('花溪')
  await expect(page.locator('[data-unit]', { hasText: '花溪食品厂' })).toHaveCount(0)
  expect(found).toEqual([])
  await close(f)
})
