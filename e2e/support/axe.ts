import { createRequire } from 'node:module'
import type { Page } from '@playwright/test'

// The package is a default export in one module system and the module itself in the other.
const { AxeBuilder } = createRequire(__filename)(
  '@axe-core/playwright',
) as typeof import('@axe-core/playwright')

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** What axe holds against the page as it stands, serious or worse, in the given colour schemes. */
export async function faults(page: Page, where: string, schemes: ('light' | 'dark')[] = ['light', 'dark']) {
  const found: string[] = []
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // The colours must be those of the scheme, and stand still.
    await page.evaluate(async () => {
      const frame = () => new Promise((done) => requestAnimationFrame(done))
      await frame()
      await frame()
      const ends = document
        .getAnimations()
        .filter((a) => Number.isFinite(a.effect?.getComputedTiming().endTime ?? Infinity))
        .map((a) => a.finished.catch(() => null))
      await Promise.race([Promise.all(ends), new Promise((done) => setTimeout(done, 2_000))])
      await frame()
    })
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withTags(tags).analyze()
    for (const v of violations) {
      if (v.impact !== 'serious' && v.impact !== 'critical') continue
      for (const n of v.nodes.slice(0, 3))
        found.push(`${where} ${colorScheme}: ${v.id} at ${n.target.join(' ')}: ${n.failureSummary ?? ''}`)
    }
  }
  return found
}
