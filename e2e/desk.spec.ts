import {
  close,
  face,
  joined,
  openDesk,
  openScreen,
  options,
  status,
  step,
  told,
  type Face,
} from './support/faces'
import { Server, until } from './support/server'
import type { Room, Staff } from './support/staff'
import { expect, test } from './support/test'

const sure = (f: Face) => f.page.locator('.sure-box')
const tab = (f: Face, name: RegExp) => f.page.getByRole('tab', { name })

async function kinds(staff: Staff, room: Room): Promise<string[]> {
  const { entries } = await staff.call<{ entries: { kind: string }[] }>(
    'GET',
    `/contests/${room.contest}/ledger`,
  )
  return entries.map((e) => e.kind)
}

test('the first organizer changes the password, makes a contest and opens its room', async ({ browser }) => {
  const server = await new Server('').start()
  await until('the first password to be printed', () => /Sign in\s+\S+ \/ \S+/.test(server.log))
  const [, username = '', password = ''] = /Sign in\s+(\S+) \/ (\S+)/.exec(server.log) ?? []
  const f = await face(browser, { viewport: { width: 1440, height: 900 } })
  const { page } = f
  await page.goto(`${server.url}/console`)
  await page.getByLabel('用户名').fill(username)
  await page.locator('#password').fill('not-the-password')
  await page.getByRole('button', { name: '登录' }).click()
  await expect(page.getByRole('alert')).toContainText('用户名或密码不对')
  await page.locator('#password').fill(password)
  await page.getByRole('button', { name: '登录' }).click()

  await expect(page.getByText('这是初始密码')).toBeVisible()
  // No way around it.
  await page.goto(`${server.url}/console/contests`)
  await expect(page.getByText('这是初始密码')).toBeVisible()
  await page.locator('#current').fill(password)
  await page.locator('#next').fill('correct horse battery')
  await page.locator('#again').fill('correct horse battery')
  await page.getByRole('button', { name: '保存新密码' }).click()

  await page.getByRole('button', { name: '新建竞赛' }).click()
  await page.getByRole('button', { name: /^现场决赛/ }).click()
  const dialog = page.getByRole('dialog', { name: '新建竞赛' })
  await dialog.getByLabel('竞赛名称').fill('安全生产知识竞赛')
  await dialog.getByLabel('参赛队伍').fill('华兴科技，第一班组\n华兴科技，第二班组\n园区机关')
  await expect(dialog.getByText('识别出 3 支队伍')).toBeVisible()
  await dialog.getByRole('button', { name: '创建', exact: true }).click()
  await expect(page).toHaveURL(/\/console\/contests\/[^/]+$/)
  await expect(page.getByRole('heading', { name: '安全生产知识竞赛' })).toBeVisible()

  await page.goto(`${page.url()}/desk`)
  await page.getByRole('button', { name: '开启赛场' }).click()
  await expect(step(f)).toContainText('开始第一题')
  await expect(page.getByRole('region', { name: '大屏当前画面' })).toContainText('0 / 3 支队伍')
  await close(f)
  await server.dispose()
})

test('the whole show from the keyboard', async ({ browser, server, staff }) => {
  const room = await staff.room({ questions: 2 })
  const desk = await openDesk(browser, server, room, staff)
  const phone = await joined(browser, server, room, '秦岭')
  const press = (key: string) => desk.page.keyboard.press(key)
  // The same command again is ignored until the first is answered, which may be after the state has come.
  // And the page hears of the answer a little later than the network has it: a press that it ignored is repeated.
  const answered = async (key: string) => {
    for (;;) {
      const answer = desk.page
        .waitForResponse((r) => r.url().endsWith('/commands'), { timeout: 5000 })
        .catch(() => null)
      await press(key)
      const response = await answer
      if (response) {
        await response.finished()
        return
      }
    }
  }

  await press('Space')
  await told(desk, 'the question to open', (s) => s.phase === 'open')
  await options(phone).first().click()
  await expect(status(phone)).toContainText('已收到')

  await answered('p')
  await told(desk, 'the pause', (s) => s.paused)
  await expect(phone.page.getByRole('timer')).toContainText('已暂停')
  await answered('p')
  await told(desk, 'the end of the pause', (s) => !s.paused)

  const limit = desk.state().limit_ms
  await answered('+')
  await told(desk, 'five seconds more', (s) => s.limit_ms === limit + 5_000)
  await answered('-')
  await told(desk, 'five seconds less', (s) => s.limit_ms === limit)

  await answered('b')
  await told(desk, 'the blank screen', (s) => s.blank)
  await answered('b')
  await told(desk, 'the screen back', (s) => !s.blank)
  await answered('h')
  await told(desk, 'hidden scores', (s) => s.scores_hidden)

  // Ctrl+Z is about points, and nobody was given any.
  await press('Control+z')
  await expect(desk.page.getByText('没有可以撤销的加减分或作废')).toBeVisible()
  await expect(sure(desk)).toBeHidden()
  await answered('h')
  await told(desk, 'scores shown again', (s) => !s.scores_hidden)

  // It asks first: Escape leaves everything as it is, Enter goes on.
  const team = desk.state().teams[0]
  await staff.do(room, 'adjust', {
    team_id: team?.id,
    points: 10,
    reason: '附加题',
  })
  await answered('b')
  await told(desk, 'the blank screen again', (s) => s.blank)
  const adjusted = (s: { ledger: { kind: string; reverses: string }[] }) =>
    s.ledger.filter((e) => e.kind === 'adjust').length
  await press('Control+z')
  await expect(sure(desk)).toContainText('+10')
  await press('Escape')
  await expect(sure(desk)).toBeHidden()
  expect(adjusted(desk.state())).toBe(1)
  await press('Control+z')
  await expect(sure(desk).getByRole('button', { name: '撤销' })).toBeFocused()
  await press('Enter')
  await told(desk, 'the points taken back', (s) => adjusted(s) === 2)
  await expect(sure(desk)).toBeHidden()
  expect(desk.state().blank).toBe(true)
  await answered('b')
  await told(desk, 'the screen back', (s) => !s.blank)

  // The log says what each step did.
  await tab(desk, /台账/).click()
  const log = desk.page.getByRole('tabpanel').getByRole('listitem')
  for (const text of [
    '下一题',
    '调整时间 +5 秒',
    '调整时间 −5 秒',
    '黑屏 开',
    '黑屏 关',
    '隐藏分数',
    '显示分数',
  ])
    await expect(log.filter({ hasText: text }).first()).toBeVisible()

  await press('?')
  const help = desk.page.getByRole('dialog', { name: '快捷键' })
  await expect(help).toBeVisible()
  // With a dialog open the keys rest.
  await press('b')
  await press('Escape')
  await expect(help).toBeHidden()
  expect(desk.state().blank).toBe(false)

  await press('l')
  await told(desk, 'the question to close', (s) => s.phase === 'closed' || s.phase === 'revealed')
  await expect(step(desk)).toContainText(/公布答案|显示排名/)
  await until('the steps to lead to the standings', async () => {
    if (desk.state().phase !== 'standings') await press('Space')
    return desk.state().phase === 'standings'
  })
  await press('ArrowLeft')
  await told(desk, 'the key again', (s) => s.phase === 'revealed')
  await close(desk, phone)
})

test('a double press never skips a step', async ({ browser, server, staff }) => {
  const room = await staff.room({ settings: { ready_ms: 30_000 } })
  const desk = await openDesk(browser, server, room, staff)
  const screen = await openScreen(browser, server, room, { staff })
  await step(desk).dblclick()
  await told(desk, 'get ready', (s) => s.phase === 'ready')
  await expect(step(desk)).toContainText('立即出题')
  expect((await kinds(staff, room)).filter((k) => k === 'next')).toHaveLength(1)

  // The same on a screen's clicker that bounces, and when screen and desk are pressed together.
  const bounce = () => {
    for (let i = 0; i < 3; i++)
      dispatchEvent(new KeyboardEvent('keydown', { key: 'PageDown', bubbles: true }))
  }
  await screen.page.evaluate(bounce)
  await told(screen, 'the question to open', (s) => s.phase === 'open')
  await expect(step(desk)).toContainText('提前截止')
  expect((await kinds(staff, room)).filter((k) => k === 'next')).toHaveLength(2)
  expect(screen.state().phase).toBe('open')
  await close(desk, screen)
})

test('points are given to a team with a reason, and taken back', async ({ browser, server, staff }) => {
  const room = await staff.room()
  const desk = await openDesk(browser, server, room, staff)
  const { page } = desk
  const first = async () => (await staff.results(room)).teams.find((x) => x.name === '第一支部')
  await page.getByRole('button', { name: '给第一支部加分' }).click()
  const dialog = page.getByRole('dialog', { name: '加减分：第一支部' })
  await dialog.getByRole('button', { name: '20', exact: true }).click()
  await dialog.getByRole('button', { name: /确认/ }).click()
  await expect(dialog.getByText('请填写原因。')).toBeVisible()
  await dialog.getByRole('button', { name: '现场附加题' }).click()
  await dialog.getByRole('button', { name: '确认 +20 分' }).click()
  await expect(dialog).toBeHidden()
  await until('the points', async () => (await first())?.adjustments === 20)
  await expect(page.getByRole('row').filter({ hasText: '第一支部' })).toContainText('20')

  await page.getByRole('button', { name: '给第二支部减分' }).click()
  const minus = page.getByRole('dialog', { name: '加减分：第二支部' })
  await minus.getByLabel('原因').fill('场外提示')
  await minus.getByRole('button', { name: '确认 −10 分' }).click()
  await expect(minus).toBeHidden()
  await until('the penalty', async () =>
    (await staff.results(room)).teams.some((x) => x.name === '第二支部' && x.adjustments === -10),
  )

  // Not only the last entry can be taken back.
  await tab(desk, /台账/).click()
  const line = page.getByRole('tabpanel').getByRole('listitem').filter({ hasText: '现场附加题' })
  await line.getByRole('button').click()
  await sure(desk).getByRole('button', { name: '撤销' }).click()
  await until('the points to be taken back', async () => (await first())?.adjustments === 0)
  await expect(line.filter({ hasText: '已撤销' })).toBeVisible()
  // What was taken back stays in the log, with the entry that took it back.
  expect(await kinds(staff, room)).toEqual(['adjust', 'adjust', 'adjust'])
  await close(desk)
})

test('points are given to one person from the results', async ({ browser, server, staff }) => {
  const room = await staff.room()
  const desk = await openDesk(browser, server, room, staff)
  const phone = await joined(browser, server, room, '沈括')
  await staff.open(room)
  await options(phone).first().click()
  await expect(status(phone)).toContainText('已收到')
  await staff.reveal(room)
  const person = async () => (await staff.results(room)).people.find((x) => x.name === '沈括')
  const before = (await person())?.points ?? 0
  await desk.page.goto(`${server.url}/console/contests/${room.contest}/results?tab=people`)
  await desk.page.getByRole('button', { name: /^加减分：沈括/ }).click()
  const dialog = desk.page.getByRole('dialog', { name: /加减分：沈括/ })
  await dialog.getByRole('button', { name: '现场附加题' }).click()
  await dialog.getByRole('button', { name: '确认 +10 分' }).click()
  await expect(dialog).toBeHidden()
  await until('the points', async () => (await person())?.points === before + 10)
  await expect(desk.page.getByRole('row').filter({ hasText: '沈括' })).toContainText('现场附加题')
  await close(desk, phone)
})

test('a question is made void with a reason, and valid again', async ({ browser, server, staff }) => {
  const room = await staff.room()
  const desk = await openDesk(browser, server, room, staff)
  const phone = await joined(browser, server, room, '许诺')
  await staff.open(room)
  await options(phone).first().click()
  await expect(status(phone)).toContainText('已收到')
  await staff.reveal(room)
  await expect(phone.page.locator('.verdict')).toBeVisible()
  const verdict = await phone.page.locator('.verdict h2').innerText()

  await desk.page.getByRole('button', { name: /特殊操作/ }).click()
  await desk.page.getByRole('menuitem', { name: '作废题目' }).click()
  const dialog = desk.page.getByRole('dialog', { name: '作废题目' })
  await dialog.getByRole('button', { name: '作废第 1 题' }).click()
  await expect(dialog.getByText('请填写原因。')).toBeVisible()
  await dialog.getByLabel(/原因/).fill('题干有歧义')
  await dialog.getByRole('button', { name: '作废第 1 题' }).click()
  await expect(phone.page.getByRole('heading', { name: '本题作废' })).toBeVisible()
  expect((await staff.results(room)).questions[0]?.voided).toBe(true)

  await expect(dialog).toBeHidden()
  await desk.page.locator('.controls').getByRole('button', { name: '撤销' }).click()
  await sure(desk).getByRole('button', { name: '撤销' }).click()
  await expect(phone.page.getByRole('heading', { name: verdict })).toBeVisible()
  expect((await staff.results(room)).questions[0]?.voided).toBe(false)
  await close(desk, phone)
})

test('a break, and its end', async ({ browser, server, staff }) => {
  const room = await staff.room()
  const desk = await openDesk(browser, server, room, staff)
  const screen = await openScreen(browser, server, room)
  const phone = await joined(browser, server, room, '何夕')
  await desk.page.getByRole('button', { name: /^休息/ }).click()
  await desk.page.getByRole('menuitem', { name: '3 分钟' }).click()
  await expect(phone.page.getByRole('heading', { name: '中场休息' })).toBeVisible()
  await expect(phone.page.locator('.rest')).toContainText(/^[23]:\d\d$/)
  await expect(screen.page.getByRole('region', { name: '中场休息' })).toBeVisible()
  await expect(step(desk)).toContainText('结束休息')
  await step(desk).click()
  await expect(phone.page.getByText('何夕，你已入场')).toBeVisible()
  await expect(screen.page.getByRole('region', { name: '中场休息' })).toBeHidden()
  await close(desk, screen, phone)
})

test('pacing: auto-advance runs a whole show by itself', async ({ browser, server, staff }) => {
  const room = await staff.room({
    questions: 2,
    settings: { limit_ms: 3_000, pause_ms: 1_000 },
  })
  const desk = await openDesk(browser, server, room, staff)
  const phone = await joined(browser, server, room, '吕安')
  await tab(desk, /节奏/).click()
  await desk.page.getByText('自动进行', { exact: true }).click()
  await until('the pacing', async () => (await kinds(staff, room)).includes('pacing'))
  await desk.page.getByText('本轮结束时').click()
  await until(
    'the second pacing',
    async () => (await kinds(staff, room)).filter((k) => k === 'pacing').length === 2,
  )
  await step(desk).click()
  await expect(phone.page.getByRole('heading', { name: '比赛结束' })).toBeVisible({ timeout: 60_000 })
  await expect(step(desk)).toContainText('比赛已结束')
  expect((await kinds(staff, room)).filter((k) => k === 'next').length).toBeLessThanOrEqual(1)
  expect((await staff.results(room)).questions).toHaveLength(2)
  await close(desk, phone)
})

test('hidden scores stay hidden on phone and screen until they are shown', async ({
  browser,
  server,
  staff,
}) => {
  const room = await staff.room({ questions: 1 })
  const desk = await openDesk(browser, server, room, staff)
  const screen = await openScreen(browser, server, room)
  const phone = await joined(browser, server, room, '施然')
  await desk.page.getByRole('button', { name: '隐藏分数' }).click()
  await told(phone, 'hidden scores', (s) => s.scores_hidden)
  await staff.open(room)
  await options(phone).first().click()
  await expect(status(phone)).toContainText('已收到')
  await staff.reveal(room)
  await expect(phone.page.getByText('成绩暂不公布')).toBeVisible()
  expect(phone.me()).toMatchObject({ points: null, place: null })
  await staff.do(room, 'next')
  await expect(screen.page.getByRole('heading', { name: '成绩暂不公布' })).toBeVisible()
  expect(phone.state().standings).toBeNull()
  expect(screen.state().standings).toBeNull()
  await desk.page.getByRole('button', { name: '显示分数' }).click()
  await expect(screen.page.locator('.race')).toBeVisible()
  await expect(phone.page.getByRole('heading', { name: '队伍排名' })).toBeVisible()
  await close(desk, screen, phone)
})

test('a question on the screen only: the phone has the letters', async ({ browser, server, staff }) => {
  const room = await staff.room()
  const desk = await openDesk(browser, server, room, staff)
  const screen = await openScreen(browser, server, room)
  const phone = await joined(browser, server, room, '张帆')
  await tab(desk, /节奏/).click()
  await desk.page.getByText('只在大屏').click()
  await until('the pacing', async () => (await kinds(staff, room)).includes('pacing'))
  await staff.open(room)
  await expect(phone.page.getByRole('heading', { name: '请看大屏幕' })).toBeVisible()
  await expect(options(phone)).toHaveText(['A', 'B', 'C', 'D'])
  expect(phone.state().question).toMatchObject({ stem: '' })
  expect(phone.state().question?.options.every((o) => o.text === '')).toBe(true)
  await expect(screen.page.locator('h1.stem')).not.toBeEmpty()
  await options(phone).nth(2).click()
  await expect(status(phone)).toContainText('已收到')
  await close(desk, screen, phone)
})

test('the room is closed', async ({ browser, server, staff }) => {
  const room = await staff.room()
  const desk = await openDesk(browser, server, room, staff)
  const screen = await openScreen(browser, server, room)
  const phone = await joined(browser, server, room, '孔明')
  await tab(desk, /入场/).click()
  await desk.page.getByRole('button', { name: '关闭赛场' }).click()
  await expect(sure(desk)).toContainText('比赛码失效')
  await sure(desk).getByRole('button', { name: '关闭赛场' }).click()
  await expect(phone.page.getByText('主持人已关闭比赛')).toBeVisible()
  await expect(screen.page.getByRole('heading', { name: '本场比赛已关闭' })).toBeVisible()
  await expect(step(desk)).toBeHidden()
  await close(desk, screen, phone)
})

test('the desk is a remote control on a phone', async ({ browser, server, staff }) => {
  const room = await staff.room()
  const desk = await openDesk(browser, server, room, staff, {
    viewport: { width: 390, height: 844 },
    isMobile: true,
    hasTouch: true,
  })
  const box = await step(desk).boundingBox()
  expect(box?.width).toBeGreaterThanOrEqual(180)
  expect(box?.height).toBeGreaterThanOrEqual(48)
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(844)
  await step(desk).tap()
  await told(desk, 'the question to open', (s) => s.phase === 'open')
  await expect(step(desk)).toContainText('提前截止')
  await expect(step(desk)).toBeInViewport({ ratio: 1 })
  // Which question it is and what it is at can be read in full, and nothing has to be scrolled to sideways.
  const where = desk.page.locator('.where')
  await expect(where).toHaveText(/第 1\/\d+ 题 · 答题中/)
  expect(await where.evaluate((e) => e.scrollWidth - e.clientWidth)).toBeLessThanOrEqual(0)
  for (const name of ['暂停', '黑屏', '休息', '特殊操作', '撤销'])
    await expect(
      desk.page.locator('.controls').getByRole('button', { name: new RegExp(name) }),
    ).toBeInViewport({ ratio: 1 })
  // The second half of a double tap is ignored, and this machine may tap as fast as that.
  await until('the end of the question', async () => {
    if (desk.state().phase === 'open') await step(desk).tap()
    return desk.state().phase !== 'open'
  })
  const wide = await desk.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(wide).toBeLessThanOrEqual(0)
  await close(desk)
})
