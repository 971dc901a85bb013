import { test } from './support/test'
import { openOnline, Preliminary } from './support/online'
test('log', async ({ browser, server, staff }) => {
  const pre = new Preliminary(staff)
  const p = await pre.publish([await pre.unit()], {})
  const f = await openOnline(browser, server, `/o/${p.code}`)
  f.page.on('console', (m) => console.log('C', m.text()))
  f.page.on('response', (r) => console.log(r.status(), r.url()))
  f.page.on('requestfailed', (r) => console.log('X', r.url(), r.failure()?.errorText))
  await f.page.evaluate(() => addEventListener('unhandledrejection', (e) => console.log('U', e.reason)))
  await f.page.getByRole('link', { name: '竞赛规则' }).click()
  await f.page.waitForTimeout(2500)
  console.log(await f.page.evaluate(async () => { const u = [...document.querySelectorAll('script')].map(s=>s.textContent).join('').match(/\/assets\/online\/rules-[\w-]+\.js/g); for (const x of u!) { try { await import(x) ; console.log('ok', x)} catch (e) { console.log('E', x, String(e), (e as Error).stack) } } return u }))
})
