import { keyOf } from './support/bank'
import {
  close,
  face,
  join,
  joined,
  openDesk,
  openScreen,
  option,
  options,
  phoneSize,
  status,
  step,
  told,
  watched,
  type Face,
} from './support/faces'
import { Proxy } from './support/proxy'
import { Server } from './support/server'
import { Staff } from './support/staff'
import { expect, test } from './support/test'

function current(f: Face) {
  const { question } = f.state()
  if (!question) throw new Error('no question')
  return question
}

test('a phone reloaded in any phase comes back to its place', async ({ browser, server, staff }) => {
  const room = await staff.room({
    questions: 2,
    settings: { ready_ms: 30_000 },
  })
  const phone = await joined(browser, server, room, '周舟', '第二支部')
  const { page } = phone
  const id = phone.me().entrant.id
  const reload = async () => {
    await page.reload()
    await expect(page.getByRole('main')).toBeVisible()
  }

  await reload()
  await expect(page.getByText('周舟，你已入场')).toBeVisible()

  await staff.do(room, 'next')
  await expect(page.getByRole('heading', { name: '请准备' })).toBeVisible()
  await reload()
  await expect(page.getByRole('heading', { name: '请准备' })).toBeVisible()

  await staff.do(room, 'next')
  await expect(options(phone)).toHaveCount(4)
  await reload()
  await expect(options(phone)).toHaveCount(4)
  const question = current(phone)
  const key = keyOf(question)[0] ?? ''
  await option(phone, key).click()
  await expect(status(phone)).toContainText('已收到')
  await reload()
  await expect(status(phone)).toContainText('已收到')
  await expect(option(phone, key)).toHaveAttribute('aria-pressed', 'true')
  await expect(page.getByRole('heading', { name: question.stem })).toBeVisible()

  await staff.do(room, 'lock')
  await expect(page.getByText('等待公布答案')).toBeVisible()
  await reload()
  await expect(page.getByText('等待公布答案')).toBeVisible()
  await expect(option(phone, key)).toHaveAttribute('aria-pressed', 'true')

  await staff.reveal(room)
  await expect(page.getByRole('heading', { name: '答对了' })).toBeVisible()
  await reload()
  await expect(page.getByRole('heading', { name: '答对了' })).toBeVisible()
  await expect(page.locator('.score')).toContainText('10')

  await staff.do(room, 'next')
  await expect(page.getByRole('heading', { name: '队伍排名' })).toBeVisible()
  await reload()
  await expect(page.getByRole('heading', { name: '队伍排名' })).toBeVisible()
  await expect(page.locator('.board .own').first()).toContainText('第二支部')

  await staff.finish(room)
  await expect(page.getByRole('heading', { name: '比赛结束' })).toBeVisible()
  await reload()
  await expect(page.getByRole('heading', { name: '比赛结束' })).toBeVisible()
  await expect(page.locator('.finale')).toContainText('周舟 · 第二支部')
  expect(phone.me().entrant.id).toBe(id)
  expect(phone.me().points).toBe(10)
  await close(phone)
})

test('an answer tapped while the network is away is sent when it is back', async ({
  browser,
  server,
  staff,
}) => {
  const proxy = await new Proxy(server).start()
  const room = await staff.room()
  const phone = await joined(browser, proxy, room, '孙悦')
  await staff.open(room)
  await expect(options(phone)).toHaveCount(4)
  const key = keyOf(current(phone))[0] ?? ''

  proxy.cut()
  await expect(phone.page.locator('.net')).toContainText('网络断开，正在重连')
  await option(phone, key).click()
  await expect(status(phone)).toContainText('已记下，联网后自动发送')
  await expect(option(phone, key)).toHaveAttribute('aria-pressed', 'true')

  proxy.mend()
  await expect(status(phone)).toContainText('已收到')
  await expect(phone.page.locator('.net')).toHaveCount(0)
  await staff.reveal(room)
  await expect(phone.page.getByRole('heading', { name: '答对了' })).toBeVisible()
  const { questions } = await staff.results(room)
  expect(questions[0]).toMatchObject({ answered: 1, correct: 1 })
  await close(phone)
  await proxy.end()
})

test('of two tabs with one identity the older is told and can take over', async ({
  browser,
  server,
  staff,
}) => {
  const room = await staff.room()
  const first = await joined(browser, server, room, '吴桐')
  const second = await watched(first.context)
  await second.page.goto(`${server.url}/j/${room.code}`)
  await expect(second.page.getByText('吴桐，你已入场')).toBeVisible()
  await expect(first.page.getByText('已在另一台设备上登录')).toBeVisible()

  await first.page.getByRole('button', { name: '在这台设备上继续' }).click()
  await expect(first.page.getByText('吴桐，你已入场')).toBeVisible()
  await expect(second.page.getByText('已在另一台设备上登录')).toBeVisible()

  await staff.open(room)
  await options(first).first().click()
  await expect(status(first)).toContainText('已收到')
  await second.page.getByRole('button', { name: '在这台设备上继续' }).click()
  await expect(status(second)).toContainText('已收到')
  await expect(options(second).first()).toHaveAttribute('aria-pressed', 'true')
  expect(second.me().entrant.id).toBe(first.me().entrant.id)
  await close(first)
})

test('the server is killed in a question and started again: every face comes back by itself', async ({
  browser,
}) => {
  const server = await new Server().start()
  const staff = await new Staff(server).signIn()
  const room = await staff.room({ settings: { limit_ms: 600_000 } })
  const screen = await openScreen(browser, server, room)
  const desk = await openDesk(browser, server, room, staff)
  const early = await joined(browser, server, room, '郑重')
  const late = await joined(browser, server, room, '冯晚', '第二支部')
  await staff.open(room)
  await expect(options(early)).toHaveCount(4)
  const question = current(early)
  const key = keyOf(question)[0] ?? ''
  await option(early, key).click()
  await expect(status(early)).toContainText('已收到')

  await server.end('SIGKILL')
  await expect(early.page.locator('.net')).toBeVisible()
  await expect(screen.page.getByText('网络中断，正在重连')).toBeVisible()
  await expect(desk.page.getByText('连接中断', { exact: true })).toBeAttached()
  await option(late, key).click()
  await expect(status(late)).toContainText('已记下')
  await server.start()

  await expect(early.page.locator('.net')).toHaveCount(0)
  await expect(screen.page.getByText('网络中断，正在重连')).toHaveCount(0)
  await expect(desk.page.getByText('已连接', { exact: true })).toBeAttached()
  for (const f of [early, late, screen, desk]) {
    await told(f, 'the same question', (s) => s.phase === 'open' && s.question?.stem === question.stem)
  }
  await expect(status(early)).toContainText('已收到')
  // A server that comes back may hold the clock until the organizer goes on.
  if (desk.state().paused) await staff.do(room, 'resume')
  await expect(status(late)).toContainText('已收到')
  await expect(step(desk)).toContainText('提前截止')

  await staff.reveal(room)
  await expect(early.page.getByRole('heading', { name: '答对了' })).toBeVisible()
  await expect(late.page.getByRole('heading', { name: '答对了' })).toBeVisible()
  expect((await staff.results(room)).people.map((x) => x.points)).toEqual([10, 10])
  await close(early, late, screen, desk)
  await server.dispose()
})

test('screen and desk reloaded in a question come back to the same moment', async ({
  browser,
  server,
  staff,
}) => {
  const room = await staff.room()
  const screen = await openScreen(browser, server, room)
  const desk = await openDesk(browser, server, room, staff)
  const phone = await joined(browser, server, room, '陈晨')
  await staff.open(room)
  await options(phone).first().click()
  await expect(status(phone)).toContainText('已收到')
  const { stem } = current(phone)
  const { closes_ms } = phone.state()

  await screen.page.reload()
  await expect(screen.page.locator('h1.stem')).toContainText(stem.slice(0, 12))
  await expect(screen.page.locator('.answered-count')).toContainText('1')
  await expect(screen.page.getByRole('timer')).toBeVisible()
  expect(screen.state().closes_ms).toBe(closes_ms)

  await desk.page.reload()
  await expect(step(desk)).toContainText('提前截止')
  await expect(desk.page.getByRole('region', { name: '大屏当前画面' })).toContainText(stem.slice(0, 12))
  expect(desk.state().closes_ms).toBe(closes_ms)
  await close(screen, desk, phone)
})

test('what is begun and not sent survives a reload, and does not move to the next question', async ({
  browser,
  server,
  staff,
}) => {
  const room = await staff.room({ types: ['multiple'] })
  const phone = await joined(browser, server, room, '王芳')
  await staff.open(room)
  await option(phone, 'A').click()
  await option(phone, 'C').click()
  await phone.page.reload()
  await expect(option(phone, 'A')).toHaveAttribute('aria-pressed', 'true')
  await expect(option(phone, 'B')).toHaveAttribute('aria-pressed', 'false')
  await expect(option(phone, 'C')).toHaveAttribute('aria-pressed', 'true')
  await staff.reveal(room)
  await staff.open(room)
  await told(phone, 'the second question', (s) => s.question_no === 2 && s.phase === 'open')
  await expect(option(phone, 'A')).toHaveAttribute('aria-pressed', 'false')
  await close(phone)
})

test('a phone that the browser knows to be offline says so at once and never claims that an answer went out', async ({
  browser,
  server,
  staff,
}) => {
  const room = await staff.room()
  const phone = await joined(browser, server, room, '钱塘')
  await staff.open(room)
  await expect(options(phone)).toHaveCount(4)

  await phone.context.setOffline(true)
  await expect(phone.page.locator('.net')).toBeVisible({ timeout: 1_000 })
  await options(phone).first().click()
  await expect(status(phone)).toContainText('已记下，联网后自动发送')
  await phone.context.setOffline(false)
  await expect(status(phone)).toHaveText('已收到')
  await expect(phone.page.locator('.net')).toHaveCount(0)
  await close(phone)
})

test('an answer without an ack is doubted within 3 s, and its resend is no earlier answer', async ({
  browser,
  server,
  staff,
}) => {
  const room = await staff.room()
  const phone = await face(browser, { viewport: phoneSize })
  let deaf = false
  await phone.page.routeWebSocket('**/ws', (ws) => {
    const far = ws.connectToServer()
    // A half-open line: what the phone sends arrives, and nothing comes back.
    ws.onMessage((m) => {
      far.send(m)
    })
    const later = deaf
    far.onMessage((m) => {
      if (later || !deaf) ws.send(m)
    })
  })
  await phone.page.goto(`${server.url}/j/${room.code}`)
  await join(phone, '李默')
  await staff.open(room)
  await expect(options(phone)).toHaveCount(4)
  deaf = true
  await options(phone).first().click()
  await expect(status(phone)).toHaveText('正在发送…')
  await expect(status(phone)).toHaveText('未确认，正在重发…', {
    timeout: 4_000,
  })
  // The new connection hears again.
  await expect(status(phone)).toHaveText('已收到', { timeout: 8_000 })
  await close(phone)
})

test('who comes back to a closed room still has result, certificate and mistakes', async ({
  browser,
  server,
  staff,
}) => {
  const room = await staff.room({ questions: 2 })
  const phone = await joined(browser, server, room, '沈归')
  const { page } = phone
  const stop = () => staff.call('DELETE', `/contests/${room.contest}/room`)
  await staff.open(room)
  await told(phone, 'the question', (s) => s.phase === 'open')
  await option(phone, keyOf(current(phone))[0] ?? '').click()
  await expect(status(phone)).toContainText('已收到')
  await staff.reveal(room)
  await expect(page.getByRole('heading', { name: '答对了' })).toBeVisible()

  // In the middle of the show, and after a reload there.
  await stop()
  for (const again of [false, true]) {
    if (again) await page.reload()
    await expect(page.getByRole('heading', { name: '主持人已关闭比赛' })).toBeVisible()
    await expect(page.locator('.score')).toContainText('10')
    await expect(page.getByRole('button', { name: '领取证书' })).toHaveCount(0)
  }
  await staff.call('POST', `/contests/${room.contest}/room`)
  await page.getByRole('button', { name: '回到比赛' }).click()
  await expect(page.getByRole('heading', { name: '答对了' })).toBeVisible()

  await staff.finish(room)
  await expect(page.getByRole('heading', { name: '比赛结束' })).toBeVisible()
  await stop()
  await expect(page.getByText('比赛已关闭，成绩仍可查看')).toBeVisible()
  await page.reload()
  await expect(page.locator('.finale')).toContainText('沈归 · 第一支部')
  await expect(page.locator('.podium')).toHaveText('第 1 名')
  await expect(page.locator('.score')).toContainText('10')
  await page.getByRole('button', { name: '领取证书' }).click()
  await expect(page.getByRole('img', { name: /参赛证书/ })).toBeVisible()
  // The phone's own way back leads to the result.
  await page.goBack()
  await expect(page.locator('.finale')).toBeVisible()
  await page.getByRole('button', { name: '错题回顾' }).click()
  await page.getByRole('button', { name: '全部题目' }).click()
  await expect(page.locator('.review')).toHaveCount(1)
  await page.getByRole('button', { name: '返回' }).click()
  await expect(page.locator('.finale')).toBeVisible()
  await page.getByRole('button', { name: '参加另一场比赛' }).click()
  await expect(page.getByLabel('比赛码')).toBeVisible()
  await close(phone)
})
