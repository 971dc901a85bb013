import { test as base } from '@playwright/test'
import { Server } from './server'
import { Staff } from './staff'

/** Tests share one server; `staff` is signed in. */
export const test = base.extend<object, { server: Server; staff: Staff }>({
  server: [
    async ({}, use) => {
      const server = await new Server().start()
      await use(server)
      await server.dispose()
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  staff: [
    async ({ server }, use) => {
      await use(await new Staff(server).signIn())
    },
    { scope: 'worker' },
  ],
})
export { expect } from '@playwright/test'
