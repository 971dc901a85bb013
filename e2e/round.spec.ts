import { keyOf } from './support/bank'
import {
  close,
  face,
  joined,
  openDesk,
  openScreen,
  option,
  options,
  status,
  step,
  told,
} from './support/faces'
import { expect, test } from './support/test'

test('a round is played on two phones, the screen and the desk', async ({ browser, server, staff }) => {
  const room = await staff.room({ questions: 2 })
  const screen = await openScreen(browser, server, room)
  const desk = await openDesk(browser, server, room, staff)
  const wang = await joined(browser, server, room, '王芳', '第一支部')
  const li = await joined(browser, server, room, '李娜', '第二支部')
  await expect(screen.page.locator('.arrivals')).toContainText('王芳')
  await expect(step(desk)).toContainText('开始第一题')

  // The desk's one big button drives the show; Space does the same.
  await step(desk).click()
  await expect(options(wang)).toHaveCount(4)
  const question = wang.state().question
  if (!question) throw new Error('no question')
  const right = keyOf(question)[0] ?? ''
  await option(wang, right).click()
  await expect(status(wang)).toContainText('已收到')
  await option(li, right === 'A' ? 'B' : 'A').click()
  await expect(status(li)).toContainText('已收到')
  await expect(desk.page.locator('.counts .tile').filter({ hasText: '已存盘' })).toContainText('2')
  await expect(screen.page.locator('.answered-count')).toContainText('2')

  await step(desk).click()
  await told(desk, 'the question to close', (s) => s.phase === 'closed' || s.phase === 'revealed')
  await staff.reveal(room)
  await expect(wang.page.getByRole('heading', { name: '答对了' })).toBeVisible()
  await expect(li.page.getByRole('heading', { name: '答错了' })).toBeVisible()
  await expect(wang.page.locator('.gain')).toContainText('+10')
  await expect(screen.page.getByText('解析').first()).toBeVisible()

  await expect(step(desk)).toContainText('显示排名')
  await desk.page.keyboard.press('Space')
  await staff.waitFor(room, 'standings')
  await expect(screen.page.locator('.race-row.leader')).toContainText('第一支部')
  await expect(wang.page.getByRole('heading', { name: '队伍排名' })).toBeVisible()

  await staff.open(room)
  await staff.reveal(room)
  await expect(li.page.getByRole('heading', { name: '没有作答' })).toBeVisible()
  await staff.do(room, 'next')
  await staff.do(room, 'next')
  await staff.waitFor(room, 'finished')
  await expect(wang.page.getByRole('heading', { name: '比赛结束' })).toBeVisible()
  await expect(wang.page.locator('.podium')).toContainText('第 1 名')
  await li.page.getByRole('button', { name: '错题回顾' }).click()
  await expect(li.page.getByText(question.stem).first()).toBeVisible()
  await close(wang, li, screen, desk)
})

test('every kind of question, scored by speed, and the results in the console', async ({
  browser,
  server,
  staff,
}) => {
  const types = ['single', 'multiple', 'judge', 'fill']
  const room = await staff.room({
    rounds: types.map((type) => ({ questions: 1, types: [type], settings: { scoring: 'speed' } })),
  })
  const quick = await joined(browser, server, room, '赵敏', '第一支部')
  const wrong = await joined(browser, server, room, '钱多', '第二支部')
  let sum = 0
  for (const type of types) {
    await staff.open(room)
    await expect(quick.page.locator(`.question.${type}`)).toBeVisible()
    await expect(wrong.page.locator(`.question.${type}`)).toBeVisible()
    const question = quick.state().question
    if (!question) throw new Error('no question')
    const key = keyOf(question)
    if (type === 'fill') {
      // Without a text, 确定 says what is missing and sends nothing.
      await quick.page.getByRole('button', { name: '确定' }).click()
      await expect(status(quick)).toContainText('请填完每一空')
      await quick.page.locator('.blanks input').fill(key[0] ?? '')
      await quick.page.getByRole('button', { name: '确定' }).click()
      await wrong.page.locator('.blanks input').fill('不知道')
      await wrong.page.locator('.blanks input').press('Enter')
    } else {
      for (const letter of key) await option(quick, letter).click()
      const bad = question.options.find((o) => !key.includes(o.id))?.id ?? key[0] ?? ''
      await option(wrong, bad).click()
      if (type === 'multiple') {
        await quick.page.getByRole('button', { name: '确定' }).click()
        await wrong.page.getByRole('button', { name: '确定' }).click()
      }
    }
    await expect(status(quick)).toContainText('已收到')
    await expect(status(wrong)).toContainText('已收到')
    await staff.reveal(room)
    // With all options in the key there is no wrong choice but an incomplete one.
    await expect(quick.page.getByRole('heading', { name: '答对了' })).toBeVisible()
    await expect(wrong.page.getByRole('heading', { name: '答错了' })).toBeVisible()
    const got = quick.me().result?.points ?? 0
    expect(got).toBeLessThanOrEqual(question.points)
    expect(got).toBeGreaterThanOrEqual(question.points / 2)
    sum += got
    await expect(quick.page.locator('.score')).toContainText(String(sum))
  }
  await staff.do(room, 'next')
  await staff.do(room, 'next')
  await staff.waitFor(room, 'finished')
  const results = await staff.results(room)
  expect(results.people.map((x) => [x.name, x.points])).toEqual([
    ['赵敏', sum],
    ['钱多', 0],
  ])

  const organizer = await face(browser, { viewport: { width: 1440, height: 900 } })
  await organizer.context.addCookies(staff.cookies())
  await organizer.page.goto(`${server.url}/console/contests/${room.contest}/results`)
  await expect(organizer.page.getByRole('tabpanel')).toContainText('第一支部')
  await organizer.page.getByRole('tab', { name: /个人/ }).click()
  const row = organizer.page.getByRole('row').filter({ hasText: '赵敏' })
  await expect(row).toContainText(String(sum))
  await expect(row).toContainText('4/4')

  const link = organizer.page.getByRole('link', { name: '导出 Excel' })
  const response = await organizer.page.request.get(server.url + ((await link.getAttribute('href')) ?? ''))
  expect(response.headers()['content-type']).toContain(
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  )
  const body = await response.body()
  expect(body.subarray(0, 4).toString('latin1')).toBe('PK\u0003\u0004')
  expect(body.includes('xl/workbook.xml')).toBe(true)
  const download = organizer.page.waitForEvent('download')
  await link.click()
  expect((await download).suggestedFilename()).toMatch(/\.xlsx$/)
  await close(quick, wrong, organizer)
})
