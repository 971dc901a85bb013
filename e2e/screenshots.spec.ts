import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { keyOf } from './support/bank'
import { close, joined, openDesk, openScreen, option, status, type Face } from './support/faces'
import { smaller } from './support/palette'
import { binary, password } from './support/server'
import { expect, test } from './support/test'

// The pictures of the README: SCREENSHOTS=1 bash scripts/e2e.sh screenshots
const folder = resolve(__dirname, '../docs/images')

test('pictures of a demo round', async ({ browser, server, staff }) => {
  test.setTimeout(600_000)
  mkdirSync(folder, { recursive: true })
  const { contests } = await staff.call<{ contests: { id: string; teams: number }[] }>('GET', '/contests')
  const contest = contests.find((c) => c.teams > 50)?.id ?? ''
  // Questions with options, and points by speed, make the better pictures.
  const bank_id = await staff.bank()
  const { rounds } = await staff.call<{ rounds: { id: string }[] }>('GET', `/contests/${contest}`)
  await staff.call('PATCH', `/contests/${contest}/rounds/${rounds[0]?.id ?? ''}`, {
    settings: { scoring: 'speed', ready_ms: 1_000, limit_ms: 30_000 },
    draw: { bank_id, count: 10, types: ['single'] },
  })
  const { code } = await staff.call<{ code: string }>('POST', `/contests/${contest}/room`)
  const room = { contest, code }
  const picture = async (f: Face, name: string) => {
    const png = await smaller(browser, await f.page.screenshot({ scale: 'css' }))
    expect(png.length, name).toBeLessThan(200 * 1024)
    writeFileSync(resolve(folder, `${name}.png`), png)
  }
  const size = { viewport: { width: 1280, height: 720 } }
  const screen = await openScreen(browser, server, room, size)
  const desk = await openDesk(browser, server, room, staff, size)
  const crowd = spawn(
    binary,
    ['rehearse', '--url', server.url, '--code', code, '--players', '120', '--answer-within', '6s'],
    { env: { ...process.env, LEITAI_USERNAME: 'admin', LEITAI_PASSWORD: password }, stdio: 'ignore' },
  )
  await expect(screen.page.locator('.crowd-head b').first()).toHaveText('120', { timeout: 90_000 })
  const team = (await staff.call<{ teams: { name: string }[] }>('GET', `/contests/${contest}`)).teams[6]
  const phone = await joined(browser, server, room, '王芳', team?.name)
  // Arrivals have flown in.
  await expect(screen.page.locator('.arrivals')).toContainText('王芳')
  await expect(screen.page.locator('.chip-enter-active, .flash'))
    .toHaveCount(0)
    .catch(() => undefined)
  await picture(screen, 'screen-lobby')

  await staff.open(room)
  await expect(screen.page.locator('h1.stem')).toBeVisible()
  const { question } = phone.state()
  if (!question) throw new Error('no question')
  await expect
    .poll(async () => Number(await screen.page.locator('.answered-count b').innerText()))
    .toBeGreaterThan(40)
  await picture(screen, 'screen-question')
  await option(phone, keyOf(question)[0] ?? 'A').click()
  await expect(status(phone)).toContainText('已收到')
  await picture(phone, 'phone')
  await staff.reveal(room)
  await expect(desk.page.getByText('人答对')).toBeVisible()
  await expect(desk.page.locator('button.step')).toContainText('显示排名')
  await picture(desk, 'desk')
  for (let i = 0; i < 3; i++) {
    await staff.do(room, 'next')
    await staff.open(room)
    await expect
      .poll(async () => Number(await screen.page.locator('.answered-count b').innerText()), {
        timeout: 60_000,
      })
      .toBeGreaterThan(100)
    await staff.reveal(room)
  }
  await staff.do(room, 'next')
  await expect(screen.page.locator('.race-run')).toBeVisible()
  await screen.page.evaluate(() =>
    Promise.all(document.getAnimations().map((a) => a.finished.catch(() => null))),
  )
  await picture(screen, 'screen-race')
  crowd.kill('SIGINT')
  await close(phone, screen, desk)
})
