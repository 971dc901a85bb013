import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import en from '../../src/locales/en/screen'
import zh from '../../src/locales/zh-CN/screen'

const css = readFileSync('src/screen/screen.css', 'utf8')

function palette(theme: string): Record<string, string> {
  const block = new RegExp(`\\.theme-${theme} \\{([^}]*)\\}`).exec(css)?.[1] ?? ''
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1] ?? '', m[2] ?? '']),
  )
}
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
function contrast(a: string, b: string): number {
  const [x = 0, y = 0] = [luminance(a), luminance(b)].sort((p, q) => q - p)
  return (x + 0.05) / (y + 0.05)
}

/** What is written on what. */
const text: [ink: string, ground: string][] = [
  ['ink', 'mid'],
  ['ink', 'edge'],
  ['quiet', 'mid'],
  ['quiet', 'edge'],
  ['accent', 'mid'],
  ['accent', 'edge'],
  ['card-ink', 'card'],
  ['card-quiet', 'card'],
  ['right-ink', 'right'],
  ['alert-ink', 'alert'],
  ['ink', 'tag'],
  ['quiet', 'tag'],
  ['accent', 'tag'],
  ['ink', 'row'],
  ['quiet', 'row'],
  ['accent', 'row'],
  ['ink', 'row-odd'],
  ['quiet', 'row-odd'],
  ['accent', 'row-odd'],
]
/** What is drawn on what: 3:1 is enough for shapes. */
const shapes: [shape: string, ground: string][] = [
  ['bar', 'card'],
  ['right', 'card'],
  ['race', 'row'],
  ['race', 'row-odd'],
  ['race-top', 'row'],
  ['accent', 'tag'],
]

describe.each(['red-gold', 'blue', 'plain'])('theme %s', (theme) => {
  const colours = palette(theme)
  it.each(text)('%s on %s is 7:1 or more', (ink, ground) => {
    expect(contrast(colours[ink] ?? '', colours[ground] ?? '')).toBeGreaterThanOrEqual(7)
  })
  it.each(shapes)('%s on %s is 3:1 or more', (shape, ground) => {
    expect(contrast(colours[shape] ?? '', colours[ground] ?? '')).toBeGreaterThanOrEqual(3)
  })
})

describe('catalogues', () => {
  it('name the same values in both languages', () => {
    const names = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort()
    for (const key of Object.keys(zh) as (keyof typeof zh)[]) {
      expect([key, names(en[key])]).toEqual([key, names(zh[key])])
    }
  })
})
