import type { Browser } from '@playwright/test'
import {
  close,
  face,
  joined,
  openScreen,
  options,
  rewrite,
  status,
  told,
  type Face,
  type State,
} from './support/faces'
import type { Server } from './support/server'
import type { Room } from './support/staff'
import { expect, test } from './support/test'

const toast = (f: Face) => f.page.locator('.toast')

test('the keys of a signed-in screen drive the room', async ({ browser, server, staff }) => {
  const room = await staff.room({ questions: 3 })
  const screen = await openScreen(browser, server, room, { staff })
  const phone = await joined(browser, server, room, '韩雪')
  const { page } = screen
  const press = (key: string) => page.keyboard.press(key)

  await press('PageDown')
  await told(screen, 'the question to open', (s) => s.phase === 'open')

  const before = screen.state().limit_ms
  await press('+')
  await told(screen, 'five seconds more', (s) => s.limit_ms === before + 5_000)
  await expect(toast(screen)).toContainText('+5')
  await press('-')
  await told(screen, 'five seconds less', (s) => s.limit_ms === before)
  await expect(toast(screen)).toContainText('−5')

  await press('b')
  await expect(page.locator('.black')).toBeVisible()
  expect(screen.state().blank).toBe(true)
  await press('.')
  await expect(page.locator('.black')).toHaveCount(0)
  // Undo is for points and voids; a blank screen has B.
  const { teams } = await staff.results(room)
  await staff.do(room, 'adjust', { team_id: teams[0]?.id, points: 5, reason: '裁判' })
  await press('B')
  await expect(page.locator('.black')).toBeVisible()
  await press('Control+z')
  await expect(toast(screen)).toContainText('已撤销')
  expect((await staff.results(room)).teams.map((team) => team.points)).toEqual([0, 0, 0])
  expect(screen.state().blank).toBe(true)
  await press('b')
  await expect(page.locator('.black')).toHaveCount(0)

  await press('?')
  await expect(page.getByRole('dialog', { name: '键盘与翻页笔' })).toBeVisible()
  await press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await press('m')
  await expect(toast(screen)).toContainText('已静音')
  await press('m')
  await expect(toast(screen)).toContainText('声音已开')
  await press('1')
  await expect(toast(screen)).toContainText('已选中：第一支部')
  await press('0')
  expect(screen.state().phase).toBe('open')

  await options(phone).first().click()
  await expect(status(phone)).toContainText('已收到')
  await press('ArrowRight')
  await told(screen, 'the end of the question', (s) => s.phase === 'closed' || s.phase === 'revealed')
  await staff.reveal(room)
  await told(screen, 'the key', (s) => s.phase === 'revealed')
  await press('Space')
  await told(screen, 'the standings', (s) => s.phase === 'standings')
  await press('PageUp')
  await told(screen, 'the key again', (s) => s.phase === 'revealed')
  await press('Space')
  await told(screen, 'the standings again', (s) => s.phase === 'standings')
  await press('ArrowLeft')
  await told(screen, 'the key once more', (s) => s.phase === 'revealed')
  await close(screen, phone)
})

test('without sign-in the keys change nothing and say why', async ({ browser, server, staff }) => {
  const room = await staff.room()
  const screen = await openScreen(browser, server, room)
  for (const key of ['PageDown', 'b', 'Control+z']) {
    await screen.page.keyboard.press(key)
    await expect(toast(screen)).toContainText('在控制台登录后可用键盘控制')
    await expect(toast(screen)).not.toHaveClass(/\bon\b/)
  }
  expect(await staff.phase(room)).toBe('lobby')
  expect(screen.state().blank).toBe(false)
  await close(screen)
})

/** Size of the letters as they stand on the wall, the stage's scale included. */
async function wallSize(f: Face, selector: string): Promise<number> {
  return f.page
    .locator(selector)
    .first()
    .evaluate((element) => {
      const stage = document.querySelector('.stage')?.getBoundingClientRect().width ?? 0
      return (parseFloat(getComputedStyle(element).fontSize) * stage) / 1920
    })
}

/** A screen whose question is replaced by one that the sample bank does not have. */
async function openWith(
  browser: Browser,
  server: Server,
  room: Room,
  change: (s: State) => void,
): Promise<Face> {
  const f = await face(browser, { viewport: { width: 1920, height: 1080 } })
  await rewrite(f, change)
  await f.page.goto(`${server.url}/screen/${room.code}`)
  return f
}

test('letters are large enough for the last row, on every projector', async ({ browser, server, staff }) => {
  const room = await staff.room()
  // A stem of 90 characters and options of 12: the bank's longest, of 200, may be smaller.
  const screen = await openWith(browser, server, room, (s) => {
    if (!s.question) return
    s.question.stem = '根据本单位安全生产管理规定下列说法'.repeat(6).slice(0, 88) + '是？'
    s.question.options = ['A', 'B', 'C', 'D'].map((id) => ({ id, text: '应当立即报告现场的负责人' }))
  })
  await staff.open(room)
  await expect(screen.page.locator('h1.stem')).toContainText('管理规定')
  for (const [width, height] of [
    [1920, 1080],
    [1280, 720],
    [3840, 2160],
  ] as const) {
    await screen.page.setViewportSize({ width, height })
    const scale = width / 1920
    await expect
      .poll(async () => screen.page.locator('.stage').evaluate((e) => e.getBoundingClientRect().width))
      .toBeCloseTo(width, 0)
    expect(await wallSize(screen, 'h1.stem')).toBeGreaterThanOrEqual(56 * scale)
    expect(await wallSize(screen, '.option-text')).toBeGreaterThanOrEqual(44 * scale)
    expect(await wallSize(screen, '.ring .digits')).toBeGreaterThanOrEqual(120 * scale)
  }
  await close(screen)
})

test('a stem of 300 characters with six long options: all of it can be read', async ({
  browser,
  server,
  staff,
}) => {
  const part = (i: number) => `第${String(i + 1).padStart(2, '0')}段的文字说明，`
  const stem = Array.from({ length: 30 }, (_, i) => part(i)).join('')
  const texts = ['A', 'B', 'C', 'D', 'E', 'F'].map(
    (id) => `${id}项：${'关于安全生产责任制落实情况的一段相当长的选项文字，'.repeat(2)}到此为止`,
  )
  const room = await staff.room()
  const screen = await openWith(browser, server, room, (s) => {
    if (!s.question) return
    s.question.stem = stem
    s.question.type = 'multiple'
    s.question.options = texts.map((text, i) => ({ id: 'ABCDEF'.charAt(i), text }))
  })
  expect([...stem].length).toBeGreaterThanOrEqual(300)
  await staff.open(room)
  await expect(screen.page.locator('h1.stem')).toBeAttached()
  const dots = screen.page.locator('.side .dots')
  const pages = (await dots.count()) ? await dots.locator('i').count() : 1

  /** Which of the texts stand wholly inside what is not clipped, now. */
  const look = () =>
    screen.page.evaluate(() => {
      const inside = (e: Element, box: DOMRect) => {
        const r = e.getBoundingClientRect()
        return r.height > 0 && r.top >= box.top - 1 && r.bottom <= box.bottom + 1
      }
      const paper = document.querySelector('.paper')?.getBoundingClientRect()
      if (!paper) throw new Error('no paper')
      const options: string[] = []
      const clipped: string[] = []
      for (const o of document.querySelectorAll<HTMLElement>('.option')) {
        if (o.getBoundingClientRect().height === 0) continue
        const text = o.querySelector<HTMLElement>('.option-text')
        if (!text) continue
        const whole = inside(o, paper) && inside(text, o.getBoundingClientRect())
        if (whole && text.scrollWidth <= text.clientWidth + 1) options.push(text.innerText)
        else clipped.push(text.innerText)
      }
      const view = document.querySelector('.stem-window')?.getBoundingClientRect()
      const lines: number[] = []
      const h1 = document.querySelector('h1.stem')
      if (view && view.height > 0 && h1) {
        const range = document.createRange()
        range.selectNodeContents(h1)
        // Every line box of the stem, by its number, that is wholly in the window and on the paper.
        ;[...range.getClientRects()].forEach((r, i) => {
          const middle = (r.top + r.bottom) / 2
          if (
            middle > view.top &&
            middle < view.bottom &&
            inside({ getBoundingClientRect: () => r } as Element, paper)
          )
            lines.push(i)
        })
      }
      const all = h1 ? document.createRange() : null
      all?.selectNodeContents(h1 as Element)
      return { options, clipped, lines, of: all ? all.getClientRects().length : 0 }
    })

  const options = new Set<string>()
  const lines = new Set<number>()
  let of = 0
  for (let page = 0; page < pages; page++) {
    if (pages > 1) await expect(dots.locator('i').nth(page)).toHaveClass('on')
    const seen = await look()
    expect(seen.clipped).toEqual([])
    for (const o of seen.options) options.add(o)
    for (const l of seen.lines) lines.add(l)
    of = Math.max(of, seen.of)
    if (page < pages - 1) await screen.page.keyboard.press('ArrowDown')
  }
  expect(options.size).toBe(6)
  expect(of).toBeGreaterThan(0)
  expect(lines.size).toBe(of)
  expect(await wallSize(screen, '.option-text')).toBeGreaterThanOrEqual(40)
  await close(screen)
})

test('each view shows its own', async ({ browser, server, staff }) => {
  const room = await staff.room()
  const views = ['stage', 'question', 'teams', 'people', 'timer', 'audience']
  const phone = await joined(browser, server, room, '朱明')
  const screen = await face(browser, { viewport: { width: 1280, height: 720 } })
  const pages = await Promise.all(
    views.map(async (view) => {
      const page = await screen.context.newPage()
      page.on('pageerror', (e) => screen.errors.push(e.message))
      await page.goto(`${server.url}/screen/${room.code}?view=${view}`)
      return [view, page] as const
    }),
  )
  const shows = async (selectors: Record<string, string>) => {
    for (const [view, page] of pages) {
      const wanted = selectors[view]
      if (wanted) await expect(page.locator(wanted), view).toBeVisible()
    }
  }
  await shows({ stage: '.lobby', question: '.lobby', timer: '.timer-idle', audience: '.audience .code' })
  await staff.open(room)
  await options(phone).first().click()
  await expect(status(phone)).toContainText('已收到')
  await shows({
    stage: '.question h1.stem',
    question: '.question h1.stem',
    timer: '.timer-view .ring',
    audience: '.audience',
  })
  await expect(pages[5]?.[1].locator('.figures') ?? screen.page.locator('none')).toContainText('100%')
  await staff.reveal(room)
  await shows({ stage: '.reveal', question: '.reveal' })
  await staff.do(room, 'next')
  await shows({ stage: '.race', question: '.reveal', teams: '.race', people: '.people' })
  await staff.finish(room)
  await shows({ stage: '.podium, .race', teams: '.race', people: '.people' })
  await close(screen, phone)
})

test('a room that is closed in a question leaves nothing running', async ({ browser, server, staff }) => {
  const room = await staff.room({ title: '关闭的竞赛' })
  const screen = await openScreen(browser, server, room)
  await staff.open(room)
  await expect(screen.page.getByRole('timer')).toBeVisible()
  await staff.call('DELETE', `/contests/${room.contest}/room`)
  await expect(screen.page.getByRole('heading', { name: '本场比赛已关闭' })).toBeVisible()
  await expect(screen.page.getByText('关闭的竞赛')).toBeVisible()
  await expect(screen.page.getByRole('timer')).toHaveCount(0)
  await expect(screen.page.locator('h1.stem')).toHaveCount(0)

  // The wall keeps it: a reload must not show the hall a form for a code.
  await screen.page.reload()
  await expect(screen.page.getByRole('heading', { name: '本场比赛已关闭' })).toBeVisible()
  await expect(screen.page.getByText('关闭的竞赛')).toBeVisible()
  await close(screen)
})

test('a machine that speaks English shows a Chinese contest in Chinese', async ({
  browser,
  server,
  staff,
}) => {
  const room = await staff.room()
  const screen = await face(browser, { locale: 'en-US' })
  await screen.page.goto(`${server.url}/screen/${room.code}`)
  await expect(screen.page.getByText('微信扫码参赛')).toBeVisible()
  await screen.page.goto(`${server.url}/screen/${room.code}?lang=en`)
  await expect(screen.page.getByText('Scan to join')).toBeVisible()
  await close(screen)
})
