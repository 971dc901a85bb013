import { faults } from './support/axe'
import {
  close,
  enterName,
  joined,
  openDesk,
  openPhone,
  openScreen,
  options,
  status,
  step,
  told,
  type Face,
} from './support/faces'
import { expect, test } from './support/test'

test('axe finds nothing serious on the phone, in any phase', async ({ browser, server, staff }) => {
  const room = await staff.room({ questions: 2, settings: { ready_ms: 30_000 } })
  const phone = await openPhone(browser, server, room, { reducedMotion: 'reduce' })
  const { page } = phone
  const found: string[] = []
  const look = async (where: string) => found.push(...(await faults(page, where)))
  await page.goto(`${server.url}/`)
  await expect(page.getByLabel('比赛码')).toBeVisible()
  await look('code')
  await page.goto(`${server.url}/j/${room.code}`)
  await expect(page.getByRole('button', { name: '第一支部' })).toBeVisible()
  await look('team')
  await page.getByRole('button', { name: '第一支部' }).click()
  await page.getByRole('button', { name: '加入比赛' }).click()
  await expect(page.locator('#fault')).toBeVisible()
  await look('name')
  await page.locator('#name').fill('安然')
  await page.getByRole('button', { name: '加入比赛' }).click()
  await expect(page.getByText('安然，你已入场')).toBeVisible()
  await look('lobby')
  await staff.do(room, 'next')
  await expect(page.getByRole('heading', { name: '请准备' })).toBeVisible()
  await look('ready')
  await staff.do(room, 'next')
  await expect(options(phone)).toHaveCount(4)
  await look('open')
  await options(phone).first().click()
  await expect(status(phone)).toContainText('已收到')
  await look('answered')
  await staff.do(room, 'lock')
  await expect(page.getByText('等待公布答案')).toBeVisible()
  await look('closed')
  await staff.reveal(room)
  await expect(page.locator('.verdict')).toBeVisible()
  await look('revealed')
  await staff.do(room, 'next')
  await expect(page.getByRole('heading', { name: '队伍排名' })).toBeVisible()
  await look('standings')
  await staff.do(room, 'break', { seconds: 600 })
  await expect(page.getByRole('heading', { name: '中场休息' })).toBeVisible()
  await look('break')
  await staff.do(room, 'end_break')
  await staff.finish(room)
  await expect(page.getByRole('heading', { name: '比赛结束' })).toBeVisible()
  await look('finished')
  await page.getByRole('button', { name: '错题回顾' }).click()
  await page.getByRole('button', { name: '全部题目' }).click()
  await look('mistakes')
  await page.getByRole('button', { name: '返回' }).click()
  await page.getByRole('button', { name: '领取证书' }).click()
  await expect(page.getByRole('img', { name: /参赛证书/ })).toBeVisible()
  await look('certificate')
  expect(found).toEqual([])
  await close(phone)
})

test('axe finds nothing serious on the screen, in any phase', async ({ browser, server, staff }) => {
  const room = await staff.room({ questions: 1, settings: { ready_ms: 30_000 } })
  const screen = await openScreen(browser, server, room, {
    reducedMotion: 'reduce',
    viewport: { width: 1280, height: 720 },
  })
  const { page } = screen
  const found: string[] = []
  const look = async (where: string, shown: string) => {
    await expect(page.locator(shown).first()).toBeVisible()
    // A scene that leaves is gone.
    await expect(page.locator('.scene')).toHaveCount(1)
    await expect(page.locator('.scene')).not.toHaveClass(/scene-(enter|leave)/)
    found.push(...(await faults(page, where, ['light'])))
  }
  await look('lobby', '.lobby')
  await staff.do(room, 'next')
  await look('ready', '.ready')
  await staff.do(room, 'next')
  await look('open', '.question h1')
  await page.keyboard.press('?')
  await look('help', '.help')
  await page.keyboard.press('Escape')
  await staff.do(room, 'pause')
  await look('paused', '.veil-paused')
  await staff.do(room, 'resume')
  await staff.reveal(room)
  await look('revealed', '.reveal')
  await staff.do(room, 'next')
  await look('standings', '.race')
  await staff.finish(room)
  await look('finished', '.podium, .race')
  await page.goto(`${server.url}/screen`)
  await expect(page.getByLabel('请输入六位比赛码')).toBeVisible()
  found.push(...(await faults(page, 'code', ['light'])))
  expect(found).toEqual([])
  await close(screen)
})

test('axe finds nothing serious in the console', async ({ browser, server, staff }) => {
  const room = await staff.room({ questions: 1 })
  const phone = await joined(browser, server, room, '康宁')
  const desk = await openDesk(browser, server, room, staff, { reducedMotion: 'reduce' })
  const { page } = desk
  const found: string[] = []
  const look = async (where: string) => found.push(...(await faults(page, where)))
  await look('desk lobby')
  await staff.open(room)
  await expect(step(desk)).toContainText('提前截止')
  await look('desk open')
  for (const name of [/台账/, /节奏/, /入场/]) {
    await page.getByRole('tab', { name }).click()
    await look(`desk ${name.source}`)
  }
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: '快捷键' })).toBeVisible()
  await look('desk help')
  await page.keyboard.press('Escape')
  await options(phone).first().click()
  await expect(status(phone)).toContainText('已收到')
  await staff.reveal(room)
  await told(desk, 'the key', (s) => s.phase === 'revealed')
  await look('desk revealed')

  const base = `${server.url}/console`
  await page.goto(`${base}/contests`)
  await expect(page.getByRole('heading', { name: '竞赛', exact: true })).toBeVisible()
  await expect(page.getByRole('table')).toBeVisible()
  await look('contests')
  await page.getByRole('button', { name: '新建竞赛' }).click()
  await page.getByRole('button', { name: /^现场决赛/ }).click()
  await expect(page.getByRole('dialog', { name: '新建竞赛' }).getByLabel('题库')).toBeVisible()
  await look('create')
  for (const tab of ['', '?tab=settings', '?tab=rounds', '?tab=teams']) {
    await page.goto(`${base}/contests/${room.contest}${tab}`)
    await expect(page.getByRole('tabpanel')).toBeVisible()
    await look(`contest ${tab}`)
  }
  for (const tab of ['', '?tab=people', '?tab=questions', '?tab=ledger']) {
    await page.goto(`${base}/contests/${room.contest}/results${tab}`)
    await expect(page.getByRole('tabpanel')).toBeVisible()
    await look(`results ${tab}`)
  }
  await page.goto(`${base}/banks`)
  await expect(page.getByRole('table')).toBeVisible()
  await look('banks')
  await page.goto(`${base}/banks/${await staff.bank()}`)
  await expect(page.getByRole('table')).toBeVisible()
  await look('bank')
  await page.getByRole('checkbox', { name: '全选本页' }).check()
  await look('bank with all selected')
  await page.getByRole('button', { name: '新建题目' }).click()
  await expect(page.getByRole('dialog', { name: '新建题目' })).toBeVisible()
  await look('question editor')
  await page.goto(`${base}/banks/import`)
  await page.locator('#pasted').fill('单选题\n1. 甲（ A ）\nA. 一 B. 二\n2. 乙\nA. 一 B. 二\n答案：AB')
  await look('import')
  await page.getByRole('button', { name: '读取粘贴的内容' }).click()
  await expect(page.getByText('认出 2 题')).toBeVisible()
  await page.getByRole('button', { name: /^全部/ }).click()
  await look('import preview')
  await page.goto(`${base}/password`)
  await expect(page.locator('#current')).toBeVisible()
  await look('password')
  await desk.context.clearCookies()
  await page.goto(`${base}/contests`)
  await expect(page.getByLabel('用户名')).toBeVisible()
  await look('sign-in')
  expect(found).toEqual([])
  await close(desk, phone)
})

/** No sideways scrolling, and the middle of every button can be touched after scrolling to it. */
async function fits(f: Face, where: string): Promise<void> {
  const out = await f.page.evaluate(() => {
    const wrong: string[] = []
    const root = document.documentElement
    if (root.scrollWidth > root.clientWidth) wrong.push(`${root.scrollWidth} wide in ${root.clientWidth}`)
    for (const b of document.querySelectorAll<HTMLElement>('button, a[href], input')) {
      if (b.getClientRects().length === 0) continue
      b.scrollIntoView({ block: 'center' })
      const r = b.getBoundingClientRect()
      const at = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2)
      if (!at || !(b.contains(at) || at.contains(b)))
        wrong.push(`${b.innerText || b.tagName} is under ${at?.className ?? 'nothing'}`)
      if (r.left < -1 || r.right > innerWidth + 1) wrong.push(`${b.innerText} sticks out`)
    }
    scrollTo(0, 0)
    return wrong
  })
  expect(out, where).toEqual([])
}

for (const [title, width, large] of [
  ['320 px wide', 320, false],
  ['text of twice the size', 390, true],
  ['320 px wide and text of twice the size', 320, true],
] as const) {
  test(`the phone with ${title}: nothing is cut off`, async ({ browser, server, staff }) => {
    const room = await staff.room({ rounds: [{ questions: 1 }, { questions: 1, types: ['multiple'] }] })
    const phone = await openPhone(browser, server, room, { viewport: { width, height: 640 } })
    const { page } = phone
    const enlarge = async () => {
      if (large) await page.evaluate(() => (document.documentElement.style.fontSize = '200%'))
    }
    await enlarge()
    await expect(page.getByRole('button', { name: '第一支部' })).toBeVisible()
    await fits(phone, 'team')
    await page.getByRole('button', { name: '第一支部' }).click()
    await fits(phone, 'name')
    await page.locator('#name').fill('欧阳上官·司马诸葛')
    await page.locator('form button[type=submit]').click()
    await expect(page.getByText('你已入场')).toBeVisible()
    await fits(phone, 'lobby')
    for (const kind of ['single', 'multiple']) {
      await staff.open(room)
      await expect(page.locator(`.question.${kind}`)).toBeVisible()
      await fits(phone, `${kind} open`)
      await options(phone).first().click()
      if (kind === 'multiple') await page.getByRole('button', { name: '确定' }).click()
      await expect(status(phone)).toContainText('已收到')
      await fits(phone, `${kind} answered`)
      await staff.reveal(room)
      await expect(page.locator('.verdict')).toBeVisible()
      await fits(phone, `${kind} revealed`)
      await staff.do(room, 'next')
      await expect(page.getByRole('heading', { name: '队伍排名' })).toBeVisible()
      await fits(phone, 'standings')
    }
    await staff.finish(room)
    await expect(page.getByRole('heading', { name: '比赛结束' })).toBeVisible()
    await fits(phone, 'finished')
    await close(phone)
  })
}

test('it works in WeChat’s browser', async ({ browser, server, staff }) => {
  const room = await staff.room()
  const phone = await joined(browser, server, room, '微信', '第一支部', {
    userAgent:
      'Mozilla/5.0 (Linux; Android 12; M2012K11AC Build/SKQ1; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160065 MMWEBSDK/20231202 MicroMessenger/8.0.47.2560(0x28002F30) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64',
  })
  let popups = 0
  phone.context.on('page', () => popups++)
  await staff.open(room)
  await options(phone).first().click()
  await expect(status(phone)).toContainText('已收到')
  await staff.reveal(room)
  await staff.finish(room)
  await phone.page.getByRole('button', { name: '领取证书' }).click()
  await expect(phone.page.getByRole('img', { name: /参赛证书/ })).toBeVisible()
  expect(popups).toBe(0)
  await close(phone)
})

test('who asks for less motion gets none that goes on', async ({ browser, server, staff }) => {
  const room = await staff.room()
  const phone = await joined(browser, server, room, '静', '第一支部', { reducedMotion: 'reduce' })
  const screen = await openScreen(browser, server, room, { reducedMotion: 'reduce' })
  /** Animations that never end, other than the countdown's own. */
  const moving = (f: Face) =>
    f.page.evaluate(() =>
      document
        .getAnimations()
        .filter((a) => a.playState === 'running' && (a.effect?.getComputedTiming().endTime ?? 0) === Infinity)
        .map((a) => (a instanceof CSSAnimation ? a.animationName : 'other')),
    )
  for (const f of [phone, screen]) expect(await moving(f)).toEqual([])
  await staff.open(room)
  await expect(options(phone)).toHaveCount(4)
  await expect(screen.page.locator('h1.stem')).toBeVisible()
  for (const f of [phone, screen]) expect(await moving(f)).toEqual([])
  await close(phone, screen)
})

test('in English the phone has no Chinese of its own', async ({ browser, server, staff }) => {
  const room = await staff.room({ questions: 1 })
  const phone = await openPhone(browser, server, room)
  const { page } = phone
  await page.goto(`${server.url}/j/${room.code}?lang=en`)
  /** Chinese on the page that is neither the contest's own text nor the name of the other language. */
  const own = async () => {
    const shown = await page.evaluate(() => {
      const texts: string[] = []
      const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      while (walk.nextNode()) {
        const parent = walk.currentNode.parentElement
        if (parent && !parent.closest('svg, script, style, a[lang]'))
          texts.push(walk.currentNode.textContent ?? '')
      }
      for (const e of document.querySelectorAll('[aria-label], [placeholder], [title]'))
        for (const name of ['aria-label', 'placeholder', 'title']) texts.push(e.getAttribute(name) ?? '')
      return texts
    })
    let data = '云锦科技端到端知识竞赛云锦产业园第一支部第二支部第三支部第1轮英杰'
    try {
      data += JSON.stringify([phone.state(), phone.me()])
    } catch {
      // Nothing came yet.
    }
    return shown.flatMap((s) => s.match(/\p{Script=Han}+/gu) ?? []).filter((run) => !data.includes(run))
  }
  await expect(page.getByText('Choose your team')).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
  expect(await own()).toEqual([])
  await enterName(phone, '')
  await expect(page.locator('#fault')).toContainText('Enter your name')
  expect(await own()).toEqual([])
  await page.locator('#name').fill('英杰')
  await page.locator('form button[type=submit]').click()
  await told(phone, 'the lobby', (s) => s.phase === 'lobby')
  await expect(page.locator('.ticket')).toBeVisible()
  expect(await own()).toEqual([])
  await staff.open(room)
  await expect(options(phone)).toHaveCount(4)
  expect(await own()).toEqual([])
  await options(phone).first().click()
  await expect(page.getByText('Received')).toBeVisible()
  expect(await own()).toEqual([])
  await staff.reveal(room)
  await expect(page.locator('.verdict')).toBeVisible()
  expect(await own()).toEqual([])
  await staff.do(room, 'next')
  await expect(page.locator('.board').first()).toBeVisible()
  expect(await own()).toEqual([])
  await staff.finish(room)
  await expect(page.locator('.finale')).toBeVisible()
  expect(await own()).toEqual([])
  await close(phone)
})
