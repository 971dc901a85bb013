import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { close, face, joined, options, status, type Face } from './support/faces'
import { Preliminary } from './support/online'
import type { Server } from './support/server'
import { expect, test } from './support/test'

interface Reply {
  status: number
  headers: IncomingHttpHeaders
  /** Bytes of the body on the wire. */
  bytes: number
  text: string
}

/** A request as a plain HTTP client makes it: nothing is unpacked. */
function get(server: Server, path: string, headers: Record<string, string> = {}): Promise<Reply> {
  return new Promise((done, fail) => {
    const r = httpRequest(server.url + path, { headers }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (b: Buffer) => parts.push(b))
      answer.on('end', () => {
        const body = Buffer.concat(parts)
        done({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          bytes: body.length,
          text: body.toString('utf8'),
        })
      })
    })
    r.on('error', fail)
    r.end()
  })
}

/** Hosts that the page asked for anything, and breaches of its own policy. */
async function guard(f: Face): Promise<{ urls: string[]; breaches: () => Promise<string[]> }> {
  const urls: string[] = []
  f.context.on('request', (r) => urls.push(r.url()))
  f.page.on('websocket', (ws) => urls.push(ws.url()))
  await f.page.addInitScript(() => {
    const breaches: string[] = []
    Object.assign(window, { breaches })
    document.addEventListener('securitypolicyviolation', (e) =>
      breaches.push(`${e.violatedDirective} ${e.blockedURI}`),
    )
  })
  const breaches = () => f.page.evaluate(() => (window as unknown as { breaches: string[] }).breaches)
  return { urls, breaches }
}

function onlyOwn(urls: string[], server: Server): void {
  const { host } = new URL(server.url)
  expect(
    urls.map((u) => new URL(u)).filter((u) => !/^(data|blob):$/.test(u.protocol) && u.host !== host),
  ).toEqual([])
  expect(urls.length).toBeGreaterThan(0)
}

test('the first load of the phone is one request of at most 32 KB', async ({ browser, server, staff }) => {
  const room = await staff.room()
  const page = await get(server, `/j/${room.code}`, { 'accept-encoding': 'gzip, deflate' })
  expect(page.status).toBe(200)
  expect(page.headers['content-encoding']).toBe('gzip')
  expect(page.bytes).toBeLessThanOrEqual(32 * 1024)
  const plain = await get(server, `/j/${room.code}`)
  expect(plain.text).not.toMatch(/<script[^>]+src=|<link[^>]+stylesheet/)

  // With every file behind it out of reach, people can still choose team and name.
  const f = await face(browser)
  const asked: string[] = []
  const rooms: string[] = []
  f.page.on('request', (r) => {
    if (r.url().includes('/api/v1/rooms/')) rooms.push(r.url())
  })
  await f.page.route('**/assets/**', (route) => {
    asked.push(route.request().url())
    return route.abort()
  })
  await f.page.goto(`${server.url}/j/${room.code}`)
  await expect(f.page.getByRole('button', { name: '第一支部' })).toBeVisible()
  const blocking = await f.page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter((e) => (e as { renderBlockingStatus?: string }).renderBlockingStatus === 'blocking')
      .map((e) => e.name),
  )
  expect(blocking).toEqual([])
  // Asked for by the first lines of the page, and not again by the rest.
  expect(rooms).toEqual([`${server.url}/api/v1/rooms/${room.code}`])
  await f.context.close()
})

test('the first load of an online contest is one request of at most 32,000 bytes', async ({
  browser,
  server,
  staff,
}) => {
  const made = new Preliminary(staff)
  const { code } = await made.publish([await made.unit()])
  const page = await get(server, `/o/${code}`, { 'accept-encoding': 'gzip, deflate' })
  expect(page.status).toBe(200)
  expect(page.headers['content-encoding']).toBe('gzip')
  expect(page.bytes).toBeLessThanOrEqual(32_000)
  const plain = await get(server, `/o/${code}`)
  expect(plain.text).not.toMatch(/<script[^>]+src=|<link[^>]+stylesheet/)

  // With every file behind it out of reach, the card still stands; its contest is asked for once.
  const f = await face(browser)
  const cards: string[] = []
  f.page.on('request', (r) => {
    if (r.url().includes('/api/v1/online/')) cards.push(r.url())
  })
  await f.page.route('**/assets/**', (route) => route.abort())
  await f.page.goto(`${server.url}/o/${code}`)
  await expect(f.page.getByRole('button', { name: '登录后开始' })).toBeVisible()
  await expect(f.page.locator('.facts')).toContainText('10 分钟')
  expect(cards).toEqual([`${server.url}/api/v1/online/${code}`])
  await f.context.close()
})

test('a reload costs one round trip: the page is checked, its files come from the cache', async ({
  browser,
  server,
  staff,
}) => {
  const room = await staff.room()
  const phone = await joined(browser, server, room, '重来')
  await phone.page.reload()
  await expect(phone.page.getByText('重来，你已入场')).toBeVisible()
  const weights = await phone.page.evaluate(() => {
    const of = (kind: string) =>
      performance
        .getEntriesByType(kind)
        .map((e) => e as PerformanceResourceTiming)
        .filter((e) => kind === 'navigation' || e.name.includes('/assets/'))
        .map((e) => [new URL(e.name).pathname, e.transferSize, e.encodedBodySize] as const)
    return { page: of('navigation'), files: of('resource') }
  })
  // Headers only: 304.
  expect(weights.page[0]?.[1]).toBeLessThan(1500)
  expect(weights.page[0]?.[2]).toBeGreaterThan(10_000)
  expect(weights.files.length).toBeGreaterThan(0)
  expect(weights.files.filter(([, wire]) => wire > 0)).toEqual([])
  await close(phone)
})

test('pages are revalidated, files are kept for a year and packed beforehand', async ({ server, staff }) => {
  const room = await staff.room()
  for (const path of [`/j/${room.code}`, `/screen/${room.code}`, '/console/contests']) {
    const first = await get(server, path, { 'accept-encoding': 'gzip' })
    expect(first.headers['cache-control'], path).toContain('no-cache')
    expect(first.headers['content-encoding'], path).toBe('gzip')
    expect(first.headers['content-security-policy'], path).toContain("default-src 'none'")
    expect(first.headers['content-security-policy'], path).not.toContain('unsafe-eval')
    const etag = first.headers['etag'] ?? ''
    expect(etag).not.toBe('')
    const again = await get(server, path, { 'accept-encoding': 'gzip', 'if-none-match': etag })
    expect(again.status, path).toBe(304)
    expect(again.bytes, path).toBe(0)
    const plain = await get(server, path)
    const files = [...plain.text.matchAll(/(?:\/|\.\/)?(assets\/[\w/.-]+\.(?:js|css))/g)].map(
      (m) => `/${m[1] ?? ''}`,
    )
    for (const file of new Set(files)) {
      const zipped = await get(server, file, { 'accept-encoding': 'gzip' })
      expect(zipped.status, file).toBe(200)
      expect(zipped.headers['cache-control'], file).toBe('public, max-age=31536000, immutable')
      expect(file).toMatch(/-[\w-]{8,}\.(js|css)$/)
      const br = await get(server, file, { 'accept-encoding': 'gzip, br' })
      const raw = await get(server, file)
      if (raw.bytes > 1500) {
        expect(zipped.headers['content-encoding'], file).toBe('gzip')
        expect(br.headers['content-encoding'], file).toBe('br')
        expect(br.bytes).toBeLessThan(raw.bytes)
      }
    }
  }
})

test('no face asks another host for anything, and none breaks its policy', async ({
  browser,
  server,
  staff,
}) => {
  const room = await staff.room({ questions: 1 })
  const screen = await face(browser, { viewport: { width: 1280, height: 720 } })
  const desk = await face(browser, { viewport: { width: 1440, height: 900 } })
  await desk.context.addCookies(staff.cookies())
  const phone = await face(browser, { viewport: { width: 390, height: 844 } })
  const guards = await Promise.all([guard(screen), guard(desk), guard(phone)])
  await screen.page.goto(`${server.url}/screen/${room.code}`)
  await desk.page.goto(`${server.url}/console/contests/${room.contest}/desk`)
  await phone.page.goto(`${server.url}/j/${room.code}`)
  await phone.page.getByRole('button', { name: '第一支部' }).click()
  await phone.page.locator('#name').fill('安全')
  await phone.page.getByRole('button', { name: '加入比赛' }).click()
  await expect(phone.page.getByText('安全，你已入场')).toBeVisible()
  await staff.open(room)
  await options(phone).first().click()
  await expect(status(phone)).toContainText('已收到')
  await staff.reveal(room)
  await expect(screen.page.locator('.reveal')).toBeVisible()
  await staff.do(room, 'next')
  await expect(screen.page.locator('.race')).toBeVisible()
  await staff.finish(room)
  await phone.page.getByRole('button', { name: '领取证书' }).click()
  await expect(phone.page.getByRole('img', { name: /参赛证书/ })).toBeVisible()
  await expect(screen.page.locator('.podium, .race')).toBeVisible()
  await desk.page.goto(`${server.url}/console/contests/${room.contest}/results?tab=questions`)
  await expect(desk.page.getByRole('tabpanel').locator('canvas, svg').first()).toBeVisible()
  for (const g of guards) {
    onlyOwn(g.urls, server)
    expect(await g.breaches()).toEqual([])
  }
  await close(screen, desk, phone)
})
