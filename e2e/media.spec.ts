import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { close, face, joined, openScreen, options, status, told } from './support/faces'
import { film, picture, tone } from './support/media'
import type { Room } from './support/staff'
import { expect, test } from './support/test'

const shot = async (page: Page, name: string) => {
  if (process.env['SHOTS']) await page.screenshot({ path: join(process.env['SHOTS'], `${name}.png`) })
}
/** The picture has really come. */
const drawn = (img: Locator) =>
  expect
    .poll(() => img.evaluate((e) => (e instanceof HTMLImageElement && e.complete ? e.naturalWidth : 0)))
    .toBeGreaterThan(0)

test('pictures are added in the editor and come to phones and screen when the question opens', async ({
  browser,
  server,
  staff,
}) => {
  const { id: bank } = await staff.call<{ id: string }>('POST', '/banks', { name: `看图 ${Date.now()}` })
  const f = await face(browser, { viewport: { width: 1440, height: 900 } })
  await f.context.addCookies(staff.cookies())
  const { page } = f
  await page.goto(`${server.url}/console/banks/${bank}`)
  await page.getByRole('button', { name: '新建题目' }).first().click()
  await page.locator('#q-stem').fill('图中的山是我国哪一座名山？请看清山峰的形状再作答。')
  await page.getByTestId('media-stem').setInputFiles({
    name: 'IMG_0001.JPG',
    mimeType: 'image/jpeg',
    buffer: await picture(page, '山'),
  })
  await expect(page.locator('[data-part="stem"] img')).toBeVisible()
  await drawn(page.locator('[data-part="stem"] img'))
  await page.getByLabel('题干第 1 个文件的说明').fill('两座山峰和一片天空')
  for (const [i, name] of ['泰山', '', '衡山', '恒山'].entries()) {
    const letter = 'ABCD'.charAt(i)
    if (name) await page.getByLabel(`选项 ${letter}`, { exact: true }).fill(name)
    await page.getByTestId(`media-${letter}`).setInputFiles({
      name: `${letter}.png`,
      mimeType: 'image/png',
      buffer: await picture(page, letter, 600, 400),
    })
    await expect(page.locator(`[data-part="${letter}"] img`)).toBeVisible()
  }
  await page.getByRole('radio', { name: 'B 是正确答案' }).check()
  await page.locator('#q-explanation').fill('看山峰。')
  await page
    .getByTestId('media-explanation')
    .setInputFiles({ name: '讲解.wav', mimeType: 'audio/wav', buffer: tone() })
  await expect(page.locator('[data-part="explanation"] audio')).toBeVisible()

  // What cannot be taken says so, and what to do.
  await page.getByTestId('media-stem').setInputFiles({
    name: '标志.png',
    mimeType: 'image/png',
    buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
  })
  await expect(page.locator('[data-part="stem"] [role=alert]')).toContainText('不能用 SVG 文件')

  const big = page.getByTestId('preview-screen')
  await expect(big.locator('.media img')).toBeVisible()
  await drawn(big.locator('.media img'))
  await expect(big.locator('.option img')).toHaveCount(4)
  for (let i = 0; i < 4; i++) await drawn(big.locator('.option img').nth(i))
  await expect(page.getByText(/大屏一页放得下/)).toBeVisible()
  await shot(page, 'editor-screen')
  // A stem of 300 characters beside a picture: the preview says what the hall will see of it.
  const stem = await page.locator('#q-stem').inputValue()
  await page.locator('#q-stem').fill('根据安全生产法和本园区的规定，'.repeat(20))
  await expect(page.getByText(/太长：大屏要分 \d 页/)).toBeVisible()
  await expect(big.locator('.dots i')).not.toHaveCount(0)
  await shot(page, 'editor-long')
  await page.locator('#q-stem').fill(stem)
  await expect(page.getByText(/大屏一页放得下/)).toBeVisible()
  await page.getByRole('tab', { name: '手机' }).click()
  const small = page.getByTestId('preview-phone')
  await drawn(small.locator('.zoomer img'))
  await expect(small.locator('button.option')).toHaveCount(4)
  await expect(small.getByText('第 1 / 10 题')).toBeVisible()
  await shot(page, 'editor-phone')
  await page.getByRole('button', { name: '保存' }).click()
  await expect(page.locator('#q-stem')).toBeHidden()

  const { id: contest } = await staff.call<{ id: string }>('POST', '/contests', {
    title: '看图答题',
    organizer: '云锦产业园',
    teams: [
      { name: '第一支部', group: '' },
      { name: '第二支部', group: '' },
    ],
    rounds: [
      {
        title: '第一轮',
        settings: { ready_ms: 3_000, limit_ms: 120_000 },
        draw: { bank_id: bank, count: 1, types: ['single'] },
      },
    ],
  })
  const { code } = await staff.call<{ code: string }>('POST', `/contests/${contest}/room`)
  const room: Room = { code, contest }
  const screen = await openScreen(browser, server, room, { staff })
  const phone = await joined(browser, server, room, '韩雪')
  const asked: string[] = []
  phone.page.on('request', (r) => asked.push(r.url()))
  await staff.do(room, 'next')
  await told(phone, 'ready', (s) => s.phase === 'ready')
  expect(asked.filter((u) => u.includes('/media/'))).toEqual([])
  await staff.waitFor(room, 'open')
  await drawn(phone.page.locator('.zoomer img'))
  for (let i = 0; i < 4; i++) await drawn(options(phone).nth(i).locator('img'))
  await drawn(screen.page.locator('.media img'))
  for (let i = 0; i < 4; i++) await drawn(screen.page.locator('.option img').nth(i))
  await expect(screen.page.locator('.dots i')).toHaveCount(0)
  await shot(phone.page, 'phone-390')
  await phone.page.setViewportSize({ width: 360, height: 640 })
  await shot(phone.page, 'phone-360')
  await shot(screen.page, 'screen-720')
  await screen.page.setViewportSize({ width: 1920, height: 1080 })
  await shot(screen.page, 'screen-1080')

  // A tap enlarges, and closing leads back to where one was.
  const zoomer = phone.page.locator('.zoomer')
  await zoomer.click()
  await expect(phone.page.getByRole('dialog')).toBeVisible()
  await shot(phone.page, 'phone-zoom')
  await phone.page.keyboard.press('Escape')
  await expect(phone.page.getByRole('dialog')).toHaveCount(0)
  await expect(zoomer).toBeFocused()
  await phone.page.locator('.glass').nth(1).click()
  await expect(phone.page.getByRole('dialog')).toBeVisible()
  await phone.page.getByRole('button', { name: '关闭图片' }).click()
  await expect(options(phone).nth(1)).toHaveAttribute('aria-pressed', 'false')
  await options(phone).nth(1).click()
  await expect(status(phone)).toContainText('已收到')

  await staff.reveal(room)
  await expect(phone.page.getByText('本题有一段录音')).toBeVisible()
  await shot(phone.page, 'phone-reveal')
  await expect(screen.page.locator('.option img').first()).toBeVisible()
  await screen.page.keyboard.press('m')
  await screen.page.keyboard.press('r')
  await expect
    .poll(() => screen.page.locator('audio').evaluate((a: HTMLAudioElement) => a.muted && a.currentTime > 0))
    .toBe(true)
  await expect(screen.page.locator('.player.audio')).toBeVisible()
  await shot(screen.page, 'screen-audio')
  expect(asked.filter((u) => u.includes('/media/')).length).toBeGreaterThanOrEqual(5)
  await close(f, phone, screen)
})

test('options can be tapped while the picture does not come, and it is tried again', async ({
  browser,
  server,
  staff,
}) => {
  const f = await face(browser, { viewport: { width: 1280, height: 720 } })
  await f.context.addCookies(staff.cookies())
  await f.page.goto(`${server.url}/console/banks`)
  const body = await picture(f.page, '慢', 900, 1600)
  const uploaded = await f.page.request.post(`${server.url}/api/v1/media`, {
    data: body,
    headers: { 'content-type': 'application/octet-stream' },
  })
  const { id: media } = (await uploaded.json()) as { id: string }
  const { id: bank } = await staff.call<{ id: string }>('POST', '/banks', { name: `慢 ${Date.now()}` })
  await staff.call('POST', `/banks/${bank}/questions`, {
    type: 'judge',
    stem: '图中写的是“慢”。',
    options: ['正确', '错误'],
    key: ['A'],
    difficulty: 1,
    media: [{ id: media, part: 'stem', alt: '一个大字' }],
  })
  const { id: contest } = await staff.call<{ id: string }>('POST', '/contests', {
    title: '慢网',
    organizer: '',
    teams: [
      { name: '第一支部', group: '' },
      { name: '第二支部', group: '' },
    ],
    rounds: [
      {
        title: '第一轮',
        settings: { ready_ms: 0, limit_ms: 120_000 },
        draw: { bank_id: bank, count: 1, types: ['judge'] },
      },
    ],
  })
  const { code } = await staff.call<{ code: string }>('POST', `/contests/${contest}/room`)
  const room: Room = { code, contest }
  const phone = await joined(browser, server, room, '韩雪')
  let broken = true
  await phone.page.route('**/api/v1/media/**', (route) => (broken ? route.abort() : route.continue()))
  await staff.open(room)
  await expect(phone.page.getByText('一个大字 · 图片没有加载出来')).toBeVisible()
  await options(phone).first().click()
  await expect(status(phone)).toContainText('已收到')
  await shot(phone.page, 'phone-lost')
  broken = false
  await phone.page.getByRole('button', { name: '重试' }).click()
  await drawn(phone.page.locator('.zoomer img'))
  await close(f, phone)
})

test('a workbook with pictures is imported, shown, and imported again without doubling', async ({
  browser,
  server,
  staff,
}) => {
  const f = await face(browser, { viewport: { width: 1280, height: 720 } })
  await f.context.addCookies(staff.cookies())
  const { page } = f
  // Our own workbook, as people get it by exporting and edit it in Excel: pictures anchored to their rows.
  await page.goto(`${server.url}/console/banks`)
  const upload = async (letter: string) => {
    const r = await page.request.post(`${server.url}/api/v1/media`, {
      data: await picture(page, letter, 640, 480),
      headers: { 'content-type': 'application/octet-stream' },
    })
    return ((await r.json()) as { id: string }).id
  }
  const name = `图库 ${Date.now()}`
  const { id: from } = await staff.call<{ id: string }>('POST', '/banks', { name: `${name} 原` })
  for (const [i, letter] of ['甲', '乙'].entries()) {
    await staff.call('POST', `/banks/${from}/questions`, {
      type: 'single',
      stem: '看图，图上写的是什么？',
      options: ['甲', '乙', '丙'],
      key: ['ABC'.charAt(i)],
      difficulty: 1,
      media: [{ id: await upload(letter), part: 'stem', alt: `字${letter}` }],
    })
  }
  const book = await page.request.get(`${server.url}/api/v1/banks/${from}/export?format=xlsx`)
  const file = { name: '看图.xlsx', mimeType: 'application/octet-stream', buffer: await book.body() }

  const read = async () => {
    await page.goto(`${server.url}/console/banks/import`)
    await page.locator('input[type=file]').setInputFiles(file)
    await expect(page.getByText('认出 2 题')).toBeVisible()
    await page.getByRole('button', { name: /^全部/ }).click()
    await expect(page.locator('.item img')).toHaveCount(2)
    await drawn(page.locator('.item img').first())
    await page.locator('#into').fill(name)
  }
  await read()
  await shot(page, 'import-pictures')
  await page.getByRole('button', { name: '导入 2 题' }).click()
  await expect(page.getByText('已导入 2 题')).toBeVisible()
  await read()
  await page.getByRole('button', { name: '导入 2 题' }).click()
  await expect(page.getByText('另有 2 题题库里已有')).toBeVisible()
  await page.getByRole('button', { name: '查看题库' }).click()
  await expect(page.getByText('共 2 题')).toBeVisible()
  await page
    .getByRole('button', { name: /看图，图上写的是什么/ })
    .first()
    .click()
  await drawn(page.locator('[data-part="stem"] img'))
  await close(f)
})

test('a video plays on the big screen and not on phones, and keys steer it', async ({
  browser,
  server,
  staff,
}) => {
  const f = await face(browser, { viewport: { width: 1280, height: 720 } })
  await f.context.addCookies(staff.cookies())
  await f.page.goto(`${server.url}/console/banks`)
  const r = await f.page.request.post(`${server.url}/api/v1/media`, {
    data: await film(f.page),
    headers: { 'content-type': 'application/octet-stream' },
  })
  expect(await r.json()).toMatchObject({ kind: 'video', type: 'video/webm' })
  const { id: media } = (await r.json()) as { id: string }
  const { id: bank } = await staff.call<{ id: string }>('POST', '/banks', { name: `视频 ${Date.now()}` })
  await staff.call('POST', `/banks/${bank}/questions`, {
    type: 'single',
    stem: '视频里先出现的是什么颜色？请看完再作答。',
    options: ['红色', '蓝色', '绿色', '黄色'],
    key: ['B'],
    difficulty: 1,
    media: [{ id: media, part: 'stem', alt: '' }],
  })
  const { id: contest } = await staff.call<{ id: string }>('POST', '/contests', {
    title: '看视频',
    organizer: '',
    teams: [
      { name: '第一支部', group: '' },
      { name: '第二支部', group: '' },
    ],
    rounds: [
      {
        title: '第一轮',
        settings: { ready_ms: 0, limit_ms: 120_000 },
        draw: { bank_id: bank, count: 1, types: ['single'] },
      },
    ],
  })
  const { code } = await staff.call<{ code: string }>('POST', `/contests/${contest}/room`)
  const room: Room = { code, contest }
  const screen = await openScreen(browser, server, room, { staff })
  const phone = await joined(browser, server, room, '韩雪')
  const asked: string[] = []
  phone.page.on('request', (q) => asked.push(q.url()))
  // A key is the gesture that sound needs.
  await screen.page.keyboard.press('m')
  await staff.open(room)
  const video = screen.page.locator('video')
  const time = () => video.evaluate((v: HTMLVideoElement) => v.currentTime)
  await expect(video).toBeVisible()
  await expect.poll(time).toBeGreaterThan(0)
  expect(await video.evaluate((v: HTMLVideoElement) => v.muted)).toBe(true)
  await shot(screen.page, 'screen-video')
  await screen.page.keyboard.press('m')
  await expect.poll(() => video.evaluate((v: HTMLVideoElement) => v.muted)).toBe(false)
  await screen.page.keyboard.press('r')
  await expect.poll(() => video.evaluate((v: HTMLVideoElement) => !v.paused)).toBe(true)
  await screen.page.keyboard.press('p')
  await expect.poll(() => video.evaluate((v: HTMLVideoElement) => v.paused)).toBe(true)
  await expect(phone.page.getByText('本题有一段视频，请看大屏幕')).toBeVisible()
  expect(asked.filter((u) => u.includes('/media/'))).toEqual([])
  await close(f, phone, screen)
})
