import { spawn } from 'node:child_process'
import {
  close,
  enterName,
  face,
  joined,
  openPhone,
  openScreen,
  option,
  options,
  status,
  told,
} from './support/faces'
import { binary, until } from './support/server'
import { expect, test } from './support/test'

test('an unknown code and a closed room are told at the field', async ({ browser, server, staff }) => {
  const room = await staff.room()
  await staff.call('DELETE', `/contests/${room.contest}/room`)
  const f = await face(browser, { viewport: { width: 390, height: 844 } })
  for (const code of ['000000', room.code]) {
    await f.page.goto(`${server.url}/j/${code}`)
    await expect(f.page.getByRole('alert')).toContainText('没有这场比赛')
    await expect(f.page.getByLabel('比赛码')).toHaveAttribute('aria-invalid', 'true')
    await expect(f.page.getByLabel('比赛码')).toHaveValue(code)
  }
  await f.page.getByLabel('比赛码').fill('12')
  await f.page.getByRole('button', { name: '进入赛场' }).click()
  await expect(f.page.getByRole('alert')).toContainText('请输入六位数字')
  await close(f)
})

test('a room that is full says so, before and after the name', async ({ browser, server, staff }) => {
  const room = await staff.room({ contest: { max_entrants: 1 } })
  const late = await openPhone(browser, server, room)
  await expect(late.page.getByRole('button', { name: '第二支部' })).toBeVisible()
  const only = await joined(browser, server, room, '独一')
  await enterName(late, '迟来', '第二支部')
  await expect(late.page.getByRole('alert')).toContainText('人数已满')
  await late.page.reload()
  await expect(late.page.getByText('人数已满')).toBeVisible()
  // Who is in stays in.
  await only.page.reload()
  await expect(only.page.getByText('独一，你已入场')).toBeVisible()
  await close(late, only)
})

test('names that cannot be are refused at the field', async ({ browser, server, staff }) => {
  const room = await staff.room()
  const f = await openPhone(browser, server, room)
  await f.page.getByRole('button', { name: '第一支部' }).click()
  const name = f.page.getByLabel('你的姓名')
  for (const [text, says] of [
    ['', '请填写姓名'],
    ['   ', '请填写姓名'],
    ['王'.repeat(40), '姓名最多 20 个字'],
    ['王'.repeat(70_000), '姓名最多 20 个字'],
    ['🎉🎉', '不'],
    ['王芳🎉', '不'],
    ['<b>王</b>', '不'],
  ] as const) {
    await name.fill(text)
    await f.page.getByRole('button', { name: '加入比赛' }).click()
    await expect(f.page.locator('#fault')).toContainText(says)
    await expect(name).toHaveAttribute('aria-invalid', 'true')
    await expect(name).toBeFocused()
  }
  await name.fill('  阿卜杜拉·买买提  ')
  await f.page.getByRole('button', { name: '加入比赛' }).click()
  await expect(f.page.getByText('阿卜杜拉·买买提，你已入场')).toBeVisible()
  await close(f)
})

test('two people of one name in a team play apart', async ({ browser, server, staff }) => {
  const room = await staff.room({ questions: 1 })
  const one = await joined(browser, server, room, '王伟')
  const two = await openPhone(browser, server, room)
  await enterName(two, '王伟')
  // The second is told apart by a number.
  await expect(two.page.getByText('王伟 (2)，你已入场')).toBeVisible()
  expect(two.me().entrant.id).not.toBe(one.me().entrant.id)
  await staff.open(room)
  await options(one).nth(0).click()
  await options(two).nth(1).click()
  await expect(status(one)).toContainText('已收到')
  await expect(status(two)).toContainText('已收到')
  await staff.reveal(room)
  await told(one, 'the key', (s) => s.reveal !== null)
  const key = one.state().reveal?.key[0]
  for (const [f, letter] of [
    [one, 'A'],
    [two, 'B'],
  ] as const) {
    await expect(f.page.getByRole('heading', { name: letter === key ? '答对了' : '答错了' })).toBeVisible()
    expect(f.me().points).toBe(letter === key ? 10 : 0)
  }
  const { people } = await staff.results(room)
  expect(people).toHaveLength(2)
  expect(people.map((x) => x.id).sort()).toEqual([one.me().entrant.id, two.me().entrant.id].sort())
  await close(one, two)
})

test('a tap in the last moment counts, or says honestly that it was late', async ({
  browser,
  server,
  staff,
}) => {
  const room = await staff.room({ settings: { limit_ms: 4_000 } })
  const phone = await joined(browser, server, room, '末尾')
  await staff.open(room)
  await expect(options(phone)).toHaveCount(4)
  await phone.page.evaluate(
    ([closes]) =>
      new Promise<void>((done) => {
        const look = () => {
          if (closes - Date.now() > 150) {
            setTimeout(look, 5)
            return
          }
          document.querySelectorAll<HTMLElement>('button.option')[1]?.click()
          done()
        }
        look()
      }),
    [phone.state().closes_ms ?? 0] as const,
  )
  await staff.waitFor(room, 'closed')
  await expect(status(phone)).toContainText(/已收到|没有计入/)
  const counted = /已收到/.test(await status(phone).innerText())
  await staff.reveal(room)
  expect((await staff.results(room)).questions[0]?.answered).toBe(counted ? 1 : 0)
  await expect(phone.page.locator('.verdict')).toBeVisible()
  if (counted) await expect(option(phone, 'B')).toContainText('你的选择')
  else await expect(phone.page.getByRole('heading', { name: '没有作答' })).toBeVisible()
  await close(phone)
})

test('one phone among three hundred has its right place', async ({ browser, server, staff }) => {
  const players = 300
  const teams = Array.from({ length: 20 }, (_, i) => `第${i + 1}支部`)
  const room = await staff.room({ questions: 1, teams, settings: { scoring: 'speed' } })
  const screen = await openScreen(browser, server, room)
  const crowd = spawn(
    binary,
    [
      'rehearse',
      '--url',
      server.url,
      '--code',
      room.code,
      '--players',
      String(players),
      '--answer-within',
      '3s',
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let log = ''
  crowd.stdout.on('data', (b: Buffer) => (log += b.toString()))
  crowd.stderr.on('data', (b: Buffer) => (log += b.toString()))
  const gone = new Promise<number | null>((done) => crowd.once('exit', done))
  const phone = await joined(browser, server, room, '真人', '第7支部')
  await expect(screen.page.locator('.crowd-head b').first(), log).toHaveText(String(players + 1), {
    timeout: 90_000,
  })
  const tiles = await screen.page.locator('.tile b').allInnerTexts()
  expect(tiles.reduce((n, x) => n + Number(x), 0)).toBe(players + 1)

  await staff.open(room)
  await options(phone).first().click()
  await expect(status(phone)).toContainText('已收到')
  await expect(screen.page.locator('.answered-count b')).toHaveText(String(players + 1), { timeout: 60_000 })
  await staff.reveal(room)
  await expect(phone.page.locator('.verdict')).toBeVisible()
  await staff.do(room, 'next')
  await expect(screen.page.locator('.race-row.leader').first()).toBeVisible()
  await until('the place', () => phone.me().place !== null)
  const results = await staff.results(room)
  expect(results.people).toHaveLength(players + 1)
  expect(results.questions[0]?.answered).toBe(players + 1)
  const mine = results.people.find((x) => x.name === '真人')
  expect(phone.me()).toMatchObject({ place: mine?.place, points: mine?.points, people: players + 1 })
  await expect(phone.page.locator('.score')).toContainText(String(mine?.place))

  // The race on the screen is the table of the results, from the first place on.
  const order = screen.state().standings?.teams.map((x) => [x.name, x.place, x.points])
  const wanted = results.teams.map((x) => [x.name, x.place, x.points])
  const sorted = (x: typeof wanted) => [...x].sort((a, b) => String(a[0]).localeCompare(String(b[0])))
  expect(sorted((order ?? []) as typeof wanted)).toEqual(sorted(wanted))
  const best = results.teams.filter((x) => x.place === 1).map((x) => x.name)
  expect(best).toContain(
    (await screen.page.locator('.race-row.leader .race-name').first().innerText()).trim(),
  )
  await staff.finish(room)
  await staff.call('DELETE', `/contests/${room.contest}/room`)
  crowd.kill('SIGINT')
  await gone
  await screen.context.close()
  await phone.context.close()
})
