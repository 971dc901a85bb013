import { close, joined, openPhone, join, options, status, type Face } from './support/faces'
import { Proxy } from './support/proxy'
import { expect, test } from './support/test'

/** Notes the moment of every change of the displayed seconds, by the clock of this machine. */
function watchSeconds(): void {
  const flips: [number, number][] = []
  Object.assign(window, { flips })
  let last = -1
  new MutationObserver(() => {
    const text = document.querySelector('[role=timer]')?.textContent ?? ''
    const n = Number(/\d+/.exec(text)?.[0] ?? -1)
    if (n !== last && n >= 0) flips.push([n, Date.now()])
    last = n
  }).observe(document, { subtree: true, childList: true, characterData: true })
}

const flipsOf = (f: Face) => f.page.evaluate(() => (window as unknown as { flips: [number, number][] }).flips)

function median(of: number[]): number {
  const sorted = [...of].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}

test('the countdown is right on a line with 200 ms delay and jitter', async ({ browser, server, staff }) => {
  const proxy = await new Proxy(server, 100, 50).start()
  const room = await staff.room()
  const phone = await openPhone(browser, proxy, room)
  await phone.page.addInitScript(watchSeconds)
  await phone.page.reload()
  await join(phone, '施工')
  await staff.open(room)
  await expect(options(phone)).toHaveCount(4)
  await expect.poll(async () => (await flipsOf(phone)).length, { timeout: 60_000 }).toBeGreaterThan(9)
  const closes = phone.state().closes_ms ?? 0
  // The first one is when the question appeared, whatever the second.
  const late = (await flipsOf(phone)).slice(1).map(([n, at]) => at - (closes - n * 1000))
  const text = `flips late by ${late.map(Math.round).join(', ')} ms`
  test.info().annotations.push({ type: 'measured', description: text })
  expect(Math.abs(median(late)), text).toBeLessThanOrEqual(100)
  await options(phone).first().click()
  await expect(status(phone)).toContainText('已收到')
  await close(phone)
  await proxy.end()
})

test('a phone whose clock is a day off plays like any other', async ({ browser, server, staff }) => {
  const room = await staff.room()
  const day = 86_400_000
  const phones: Face[] = []
  for (const [name, off] of [
    ['迟到', -day],
    ['早到', day],
  ] as const) {
    const phone = await openPhone(browser, server, room)
    await phone.page.addInitScript((ms) => {
      const Real = Date
      const Off = class extends Real {
        constructor(...args: unknown[]) {
          if (args.length === 0) super(Real.now() + ms)
          else super(...(args as [number]))
        }
        static override now() {
          return Real.now() + ms
        }
      }
      Object.assign(globalThis, { Date: Off })
    }, off)
    await phone.page.reload()
    await join(phone, name)
    phones.push(phone)
  }
  await staff.open(room)
  for (const phone of phones) {
    await expect(options(phone)).toHaveCount(4)
    // Of 120 seconds.
    await expect(phone.page.getByRole('timer')).toContainText(/(1[0-2]|[5-9])\d/)
    await options(phone).first().click()
    await expect(status(phone)).toContainText('已收到')
  }
  await staff.reveal(room)
  expect((await staff.results(room)).questions[0]?.answered).toBe(2)
  await close(...phones)
})

test('screen and phone count alike', async ({ browser, server, staff }) => {
  const room = await staff.room()
  const phone = await joined(browser, server, room, '同步')
  await staff.open(room)
  await expect(options(phone)).toHaveCount(4)
  const closes = phone.state().closes_ms ?? 0
  await expect
    .poll(async () => {
      const [text, at] = await phone.page
        .getByRole('timer')
        .evaluate((e) => [e.textContent ?? '', Date.now()] as const)
      return Math.abs(Number(/\d+/.exec(text)?.[0] ?? 0) - (closes - at) / 1000)
    })
    .toBeLessThanOrEqual(1.1)
  await close(phone)
})
