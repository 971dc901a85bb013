import { defineConfig } from '@playwright/test'

// Debian's Chromium; Playwright's own browsers are never downloaded.
export default defineConfig({
  testDir: '.',
  // On demand: the pictures for the README (SCREENSHOTS=1) and the numbers for docs/performance.md (MEASURE=1).
  testIgnore: [
    ...(process.env['SCREENSHOTS'] ? [] : ['**/screenshots.spec.ts']),
    ...(process.env['MEASURE'] ? [] : ['**/measure.spec.ts']),
  ],
  outputDir: './test-results',
  timeout: 180_000,
  expect: { timeout: 30_000 },
  workers: 1,
  retries: 0,
  forbidOnly: !!process.env['CI'],
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    headless: true,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    screenshot: 'only-on-failure',
    // Recording costs as much as the tests: TRACE=1 turns it on.
    trace: process.env['TRACE'] ? 'retain-on-failure' : 'off',
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
