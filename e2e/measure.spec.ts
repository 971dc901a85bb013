import { spawn } from 'node:child_process'
import type { Browser, Page } from '@playwright/test'
import { openScreen, phoneSize } from './support/faces'
import { Preliminary } from './support/online'
import { binary, password, until } from './support/server'
import { expect, test } from './support/test'

// Numbers for docs/performance.md, never a test's verdict: MEASURE=1 bash scripts/e2e.sh measure
const RUNS = 9
const RACES = 5

const median = (all: number[]) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? NaN
const spread = (all: number[]) =>
  `${median(all).toFixed(0)} (${Math.min(...all).toFixed(0)}–${Math.max(...all).toFixed(0)})`

interface Line {
  name: string
  kbits: number
  rtt: number
}
const lines: Line[] = [
  { name: '400 kbit/s, 400 ms', kbits: 400, rtt: 400 },
  { name: '1.5 Mbit/s, 150 ms', kbits: 1_500, rtt: 150 },
]

/** Milliseconds from the start of the navigation until the element is there, drawn, and the thread is free to react. */
async function ready(browser: Browser, url: string, selector: string, line: Line): Promise<number> {
  const context = await browser.newContext({
    viewport: phoneSize,
    isMobile: true,
    hasTouch: true,
    locale: 'zh-CN',
  })
  const page = await context.newPage()
  const cdp = await context.newCDPSession(page)
  await cdp.send('Network.enable')
  await cdp.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: line.rtt,
    downloadThroughput: (line.kbits * 1_000) / 8,
    uploadThroughput: (line.kbits * 1_000) / 8,
  })
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  await page.addInitScript((wanted) => {
    const look = () => {
      const found = document.querySelector(wanted)
      if (!found) {
        requestAnimationFrame(look)
        return
      }
      // After the frame that draws it, when the thread has nothing else to do.
      requestAnimationFrame(() => {
        setTimeout(() => Object.assign(window, { readyAt: performance.now() }), 0)
      })
    }
    look()
  }, selector)
  await page.goto(url, { waitUntil: 'commit' })
  await page.waitForFunction(() => 'readyAt' in window, null, {
    timeout: 60_000,
  })
  const at = await page.evaluate(() => (window as unknown as { readyAt: number }).readyAt)
  await context.close()
  return at
}

async function repeat(one: () => Promise<number>): Promise<number[]> {
  const all: number[] = []
  for (let i = 0; i < RUNS; i++) all.push(await one())
  return all
}

test('until a phone is ready', async ({ browser, server, staff }) => {
  test.setTimeout(600_000)
  const room = await staff.room({
    teams: Array.from({ length: 56 }, (_, i) => `第${i + 1}支部`),
  })
  const made = new Preliminary(staff)
  const online = await made.publish([await made.unit()])
  for (const line of lines) {
    const code = await repeat(() => ready(browser, `${server.url}/`, 'form button[type=submit]', line))
    const teams = await repeat(() => ready(browser, `${server.url}/j/${room.code}`, 'button.pick', line))
    const card = await repeat(() => ready(browser, `${server.url}/o/${online.code}`, '.state .button', line))
    console.log(
      `${line.name}, CPU 4 × slower: code field ${spread(code)} ms, list of teams ${spread(teams)} ms, online contest ${spread(card)} ms`,
    )
  }
})

/** Frame times in ms of a page while `run` goes on. */
async function frames(page: Page, run: () => Promise<unknown>): Promise<number[]> {
  await page.evaluate(() => {
    const times: number[] = []
    Object.assign(window, { frameTimes: times })
    let last = performance.now()
    const next = (now: number) => {
      times.push(now - last)
      last = now
      requestAnimationFrame(next)
    }
    requestAnimationFrame(next)
  })
  await run()
  return page.evaluate(() => (window as unknown as { frameTimes: number[] }).frameTimes)
}

test('frames of the team race, 56 teams, 1920×1080', async ({ browser, server, staff }) => {
  test.setTimeout(300_000)
  const room = await staff.room({
    teams: Array.from({ length: 56 }, (_, i) => `第${i + 1}支部`),
    questions: 8,
  })
  const screen = await openScreen(browser, server, room, {
    viewport: { width: 1920, height: 1080 },
  })
  const crowd = spawn(
    binary,
    [
      'rehearse',
      '--url',
      server.url,
      '--code',
      room.code,
      '--players',
      '224',
      '--answer-within',
      '2s',
      '--accuracy',
      '0.6',
    ],
    {
      env: {
        ...process.env,
        LEITAI_USERNAME: 'admin',
        LEITAI_PASSWORD: password,
      },
      stdio: 'ignore',
    },
  )
  await until(
    'everybody to be in',
    async () => Number(await screen.page.locator('.crowd-head b').first().innerText()) === 224,
  )
  const all: number[] = []
  for (let i = 0; i < RACES; i++) {
    await staff.open(room)
    await until(
      'all answers',
      async () => Number(await screen.page.locator('.answered-count b').innerText()) === 224,
    )
    await staff.reveal(room)
    const some = await frames(screen.page, async () => {
      await staff.do(room, 'next')
      await expect(screen.page.locator('.race-run')).toBeVisible()
      await screen.page.evaluate(() =>
        Promise.all(document.getAnimations().map((a) => a.finished.catch(() => null))),
      )
    })
    all.push(...some.slice(2)) // the first two belong to what was there before
  }
  crowd.kill('SIGINT')
  const sorted = all.sort((a, b) => a - b)
  const at = (p: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? NaN).toFixed(1)
  console.log(
    `${sorted.length} frames of ${RACES} races: p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, max ${at(1)} ms`,
  )
})
