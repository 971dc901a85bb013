import { faults } from './support/axe'
import { close, type Face } from './support/faces'
import {
  choices,
  onward,
  openOnline,
  Preliminary,
  saved,
  signIn,
  start,
  type Employee,
  type Paper,
} from './support/online'
import { Proxy } from './support/proxy'
import { expect, test } from './support/test'

/** Hands in from wherever the person is. */
async function handIn(f: Face): Promise<void> {
  await f.page.getByRole('button', { name: '答题卡' }).click()
  await f.page.getByRole('dialog').getByRole('button', { name: '交卷' }).click()
  await f.page.getByRole('alertdialog').getByRole('button', { name: '交卷' }).click()
  await expect(f.page.getByRole('heading', { name: '答题结果' })).toBeVisible()
}
const chosen = (f: Face) => f.page.locator('.ask button.option[aria-pressed="true"] .letter')

test('an employee signs in, answers through a reload and a cut line, hands in and looks back', async ({
  browser,
  server,
  staff,
}) => {
  const made = new Preliminary(staff)
  const unit = await made.unit()
  const who = await made.employee(unit)
  const paper = await made.publish([unit])
  const proxy = await new Proxy(server).start()
  const f = await openOnline(browser, proxy, `/o/${paper.code}`)
  const { page } = f
  await expect(page.getByText('距截止还有')).toBeVisible()
  await page.getByRole('link', { name: '竞赛规则' }).click()
  await expect(page.getByRole('heading', { name: /试卷与作答/ })).toBeVisible()
  await page.getByRole('link', { name: '返回' }).click()
  await signIn(f, who)
  await start(f)

  await choices(f).nth(1).click()
  await expect(saved(f)).toContainText('已保存')
  await page.reload()
  await expect(chosen(f)).toHaveText('B')
  await expect(saved(f)).toBeVisible()

  // Ten seconds without the server: nothing is lost, and all is said.
  await onward(f).click()
  proxy.cut()
  await choices(f).nth(2).click()
  await expect(page.locator('.cut-note')).toContainText('1 题存在手机里')
  await onward(f).click()
  await choices(f).nth(3).click()
  await expect(page.locator('.cut-note')).toContainText('2 题存在手机里')
  proxy.mend()
  await expect(page.locator('.cut-note')).toBeHidden()
  await expect(saved(f)).toBeVisible()
  await page.reload()
  await expect(page.locator('.watch')).toContainText('第 3 / 5 题')
  await expect(chosen(f)).toHaveText('D')
  await page.getByRole('button', { name: '上一题' }).click()
  await expect(chosen(f)).toHaveText('C')

  // The hand-in names what was left out.
  await page.getByRole('button', { name: '答题卡' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '交卷' }).click()
  await expect(page.getByRole('alertdialog')).toContainText('还有 2 题没有答：第 4、5 题')
  await page.getByRole('button', { name: '再看看' }).click()
  await handIn(f)
  await expect(page.locator('.podium')).toContainText('/ 50 分')

  await page.getByRole('link', { name: '查看答案和解析' }).click()
  await expect(page.locator('.review')).toHaveCount(5)
  await expect(page.locator('.review').first()).toContainText('解析')
  await page.goto(`${proxy.url}/o/${paper.code}/boards`)
  await expect(page.locator('.mine-card')).toContainText('我的名次')
  await expect(page.locator('.board .own')).toContainText(who.name)
  await page.getByRole('button', { name: '单位' }).click()
  await expect(page.locator('.formula')).toBeVisible()
  await page.goto(`${proxy.url}/o/${paper.code}`)
  await expect(page.getByText('今天的次数已用完')).toBeVisible()
  await close(f)
  await proxy.end()
})

test('a guest comes in by name and a unit from the list', async ({ browser, server, staff }) => {
  const made = new Preliminary(staff)
  const names = ['甲公司', '乙公司'].map((n) => `${n}${Date.now() % 10_000}`)
  const units = [await made.unit(names[0]), await made.unit(names[1])]
  const paper = await made.publish(units, { entry: 'open' })
  const f = await openOnline(browser, server, `/j/${paper.code}`)
  // The hall's address leads to the contest's own page.
  await expect(f.page).toHaveURL(new RegExp(`/o/${paper.code}$`))
  await f.page.getByRole('button', { name: '报名后开始' }).click()
  await f.page.getByRole('button', { name: names[1] ?? '' }).click()
  await f.page.getByRole('button', { name: '参加竞赛' }).click()
  await expect(f.page.getByRole('alert')).toContainText('请填写姓名')
  await f.page.getByLabel('姓名').fill('来宾')
  await f.page.getByRole('button', { name: '参加竞赛' }).click()
  await expect(f.page.getByRole('heading', { name: '来宾' })).toBeVisible()
  await start(f)
  await choices(f).first().click()
  await expect(saved(f)).toBeVisible()
  await handIn(f)
  await close(f)
})

test('an employee of a unit that takes no part chooses one in an open contest', async ({
  browser,
  server,
  staff,
}) => {
  const made = new Preliminary(staff)
  const name = `丙公司${Date.now() % 10_000}`
  const who = await made.employee(await made.unit())
  const paper = await made.publish([await made.unit(name), await made.unit()], { entry: 'open' })
  const { id: season } = await staff.call<{ id: string }>('POST', '/seasons', { name: '安全知识赛季' })
  await staff.call('PUT', `/seasons/${season}`, {
    name: '安全知识赛季',
    people: 'all',
    top_shown: 50,
    mask_names: false,
    share_ranks: true,
    contests: [{ id: paper.id, weight: 100 }],
  })
  const f = await openOnline(browser, server, '/me/sign-in')
  await f.page.getByLabel('手机号或工号').fill(who.phone)
  await f.page.getByLabel('姓名').fill(who.name)
  await f.page.getByRole('button', { name: '登录', exact: true }).click()
  await expect(f.page.getByRole('heading', { name: who.name })).toBeVisible()
  await f.page.goto(`${server.url}/o/${paper.code}`)
  await f.page.getByRole('button', { name: '选择你的单位' }).click()
  await f.page.getByRole('button', { name }).click()
  await expect(f.page.getByText(`将代表“${name}”参赛`)).toBeVisible()
  await f.page.getByRole('button', { name: '参加竞赛' }).click()
  await start(f)

  // The contest counts in a season: its board is one tap from the contest's own.
  await f.page.goto(`${server.url}/o/${paper.code}/boards`)
  await f.page.getByRole('link', { name: /安全知识赛季/ }).click()
  await expect(f.page.getByText('还没有人交卷')).toBeVisible()
  await expect(f.page.getByRole('link', { name: '安全生产月网上答题' })).toBeVisible()
  // A session that has ended does not stand in the way of what is public.
  await f.page.evaluate(() => {
    localStorage.setItem('leitai.player', JSON.stringify({ token: 'ended', name: '王芳' }))
  })
  for (const at of [`/o/${paper.code}/boards`, `/seasons/${season}`]) {
    await f.page.goto(server.url + at)
    await expect(f.page.getByText('还没有人交卷')).toBeVisible()
  }
  await close(f)
})

test('an order that is begun is kept through a reload', async ({ browser, server, staff }) => {
  const made = new Preliminary(staff)
  const unit = await made.unit()
  const who = await made.employee(unit)
  const { id: bank } = await staff.call<{ id: string }>('POST', '/banks', { name: `排序 ${Date.now()}` })
  await staff.call('POST', `/banks/${bank}/questions`, {
    type: 'order',
    stem: '请按先后排列灭火器的使用步骤。',
    options: ['提', '拔', '握', '压'],
    key: ['A', 'B', 'C', 'D'],
    difficulty: 1,
  })
  const paper = await made.publish([unit], { draw: [made.rule(bank, ['order'], 1)] })
  const f = await openOnline(browser, server, `/o/${paper.code}`)
  await signIn(f, who)
  await start(f)
  const sent = f.page.waitForResponse((r) => r.url().endsWith('/saves'))
  await choices(f).nth(1).click()
  expect(await (await sent).json()).toMatchObject({ refused: [] })
  await expect(f.page.locator('.pilot')).toContainText('请把全部选项排完')
  await f.page.evaluate(() => {
    for (const key of Object.keys(localStorage))
      if (key.startsWith('leitai.save.')) localStorage.removeItem(key)
  })
  await f.page.reload()
  await expect(chosen(f)).toHaveText('B')
  await close(f)
})

test('the code of a paper contest, typed where halls are entered, opens its page', async ({
  browser,
  server,
  staff,
}) => {
  const made = new Preliminary(staff)
  const paper = await made.publish([await made.unit()])
  const f = await openOnline(browser, server, '/')
  await f.page.getByLabel('比赛码').fill(paper.code)
  await f.page.getByRole('button', { name: '进入赛场' }).click()
  await expect(f.page).toHaveURL(new RegExp(`/o/${paper.code}`))
  await expect(f.page.getByRole('button', { name: '登录后开始' })).toBeVisible()
  await close(f)
})

test('the deadline passes while the phone is cut off: it is handed in, and the person is told what did not arrive', async ({
  browser,
  server,
  staff,
}) => {
  const made = new Preliminary(staff)
  const unit = await made.unit()
  const who = await made.employee(unit)
  const paper = await made.publish([unit], { closes_ms: Date.now() + 25_000, paper_limit_ms: 0 })
  const proxy = await new Proxy(server).start()
  const f = await openOnline(browser, proxy, `/o/${paper.code}`)
  await signIn(f, who)
  await start(f)
  await choices(f).first().click()
  await expect(saved(f)).toBeVisible()
  await onward(f).click()
  proxy.cut()
  await choices(f).first().click()
  await expect(f.page.locator('.cut-note')).toBeVisible()
  await expect(f.page.getByText('时间到，自动交卷')).toBeVisible({ timeout: 40_000 })
  await expect(f.page.getByText('还有 1 题没有送达')).toBeVisible()
  // The server's clock has handed it in long before.
  await expect
    .poll(async () => {
      const { attempts } = await staff.call<{ attempts: { state: string }[] }>(
        'GET',
        `/contests/${paper.id}/paper/attempts`,
      )
      return attempts[0]?.state
    })
    .toBe('handed_in')
  proxy.mend()
  await expect(f.page.getByText('第 2 题的最后修改没有在截止前送达')).toBeVisible()
  await f.page.getByRole('button', { name: '查看成绩' }).click()
  await expect(f.page.getByRole('heading', { name: '答题结果' })).toBeVisible()
  await close(f)
  await proxy.end()
})

test('two phones of one person: neither loses an answer without saying so', async ({
  browser,
  server,
  staff,
}) => {
  const made = new Preliminary(staff)
  const unit = await made.unit()
  const who = await made.employee(unit)
  const paper = await made.publish([unit])
  const proxy = await new Proxy(server).start()
  const one = await openOnline(browser, proxy, `/o/${paper.code}`)
  await signIn(one, who)
  await start(one)
  await choices(one).nth(0).click()
  await expect(saved(one)).toBeVisible()

  const two = await openOnline(browser, server, `/o/${paper.code}`)
  await signIn(two, who)
  await two.page.getByRole('button', { name: /继续作答/ }).click()
  await expect(chosen(two)).toHaveText('A')

  // The first phone loses its line and changes its mind; meanwhile the second answers twice.
  proxy.cut()
  await choices(one).nth(1).click()
  await expect(one.page.locator('.cut-note')).toBeVisible()
  await choices(two).nth(2).click()
  await expect(saved(two)).toBeVisible()
  await choices(two).nth(3).click()
  await expect(saved(two)).toBeVisible()
  proxy.mend()
  await one.page.reload()
  await expect(one.page.getByRole('alert')).toContainText('另一台手机')
  await expect(chosen(one)).toHaveText('D')
  await one.page.getByRole('button', { name: '这台手机的' }).click()
  await expect(chosen(one)).toHaveText('B')
  await expect(saved(one)).toBeVisible()
  await two.page.reload()
  await expect(chosen(two)).toHaveText('B')

  // Handed in on one, the other is told.
  await handIn(one)
  await choices(two).nth(0).click()
  await expect(two.page.getByText(/交卷/).first()).toBeVisible()
  await expect(two.page.getByRole('button', { name: '查看成绩' })).toBeVisible()
  await close(one, two)
  await proxy.end()
})

test('questions one at a time go forward only', async ({ browser, server, staff }) => {
  const made = new Preliminary(staff)
  const unit = await made.unit()
  const who = await made.employee(unit)
  const paper = await made.publish([unit], {
    question_limit_ms: 6_000,
    draw: [made.rule(await staff.bank(), ['single'], 2)],
  })
  const f = await openOnline(browser, server, `/o/${paper.code}`)
  await signIn(f, who)
  await f.page.getByRole('button', { name: '开始答题' }).click()
  await f.page.getByRole('alertdialog').getByRole('button', { name: '开始' }).click()
  await f.page.getByRole('button', { name: '开始第一题' }).click()
  await expect(f.page.locator('.each')).toContainText('秒')
  await choices(f).first().click()
  await expect(saved(f)).toBeVisible()
  await expect(f.page.getByRole('button', { name: '上一题' })).toHaveCount(0)
  // The second comes by itself when the time of the first is over; at the end the hand-in is asked for.
  await expect(f.page.locator('.watch')).toContainText('第 2 / 2 题', { timeout: 20_000 })
  await f.page.locator('.step-button.main').click()
  await f.page.getByRole('alertdialog').getByRole('button', { name: '交卷' }).click()
  await expect(f.page.getByRole('heading', { name: '答题结果' })).toBeVisible()
  await close(f)
})

async function fits(f: Face, where: string): Promise<string[]> {
  const wide = await f.page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  return wide > 0 ? [`${where}: ${wide} px too wide`] : []
}

/** Every page of a contest, with what is to be looked at there. */
async function tour(
  f: Face,
  url: string,
  paper: Paper,
  who: Employee,
  look: (where: string) => Promise<void>,
): Promise<void> {
  const { page } = f
  await expect(page.locator('.facts')).toBeVisible()
  await look('card')
  await page.goto(`${url}/o/${paper.code}/rules`)
  await expect(page.locator('.rule').first()).toBeVisible()
  await look('rules')
  await page.goto(`${url}/o/${paper.code}`)
  await page.getByRole('button', { name: /登录/ }).click()
  await expect(page.getByLabel('手机号或工号')).toBeVisible()
  await look('sign in')
  await page.goBack()
  await signIn(f, who)
  await look('signed in')
  await page.getByRole('button', { name: '开始答题' }).click()
  await expect(page.getByRole('alertdialog')).toBeVisible()
  await look('sure')
  await page.getByRole('alertdialog').getByRole('button', { name: '开始' }).click()
  await choices(f).first().click()
  await expect(saved(f)).toBeVisible()
  await look('question')
  await page.getByRole('button', { name: '答题卡' }).click()
  await look('sheet')
  await page.getByRole('dialog').getByRole('button', { name: '交卷' }).click()
  await look('hand in')
  await page.getByRole('alertdialog').getByRole('button', { name: '交卷' }).click()
  await expect(page.locator('.podium')).toBeVisible()
  await look('result')
  for (const p of ['boards', 'draw', 'unit']) {
    await page.goto(`${url}/o/${paper.code}/${p}`)
    await expect(page.locator('main .card').first()).toBeVisible()
    await look(p)
  }
  await page.goto(`${url}/me`)
  await expect(page.getByRole('heading', { name: who.name })).toBeVisible()
  await look('me')
}

const wechat =
  'Mozilla/5.0 (Linux; Android 9; V1813A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/78.0.3904.62 Mobile Safari/537.36 MicroMessenger/8.0.2 WeChat/arm64 NetType/WIFI Language/zh_CN'

for (const [name, viewport, text] of [
  ['390×844', { width: 390, height: 844 }, 100],
  ['360×640', { width: 360, height: 640 }, 100],
  ['360×640 at 200 % text', { width: 360, height: 640 }, 200],
] as const) {
  test(`every page fits, ${name}, and axe finds nothing serious`, async ({ browser, server, staff }) => {
    const made = new Preliminary(staff)
    const unit = await made.unit()
    const who = await made.employee(unit)
    const paper = await made.publish([unit])
    const f = await openOnline(browser, server, `/o/${paper.code}`, {
      viewport,
      userAgent: wechat,
      reducedMotion: 'reduce',
    })
    const found: string[] = []
    await tour(f, server.url, paper, who, async (where) => {
      await f.page.evaluate((size) => (document.documentElement.style.fontSize = `${size}%`), text)
      found.push(...(await fits(f, where)))
      if (text === 100) found.push(...(await faults(f.page, where)))
      await f.page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
    })
    expect(found).toEqual([])
    await close(f)
  })
}
