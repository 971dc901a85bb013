import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const folder = join(import.meta.dirname, '../src/locales')
const languages = readdirSync(folder)

/** The texts that a file has itself, without those of the files that it spreads. */
async function texts(language: string, file: string): Promise<Record<string, string>> {
  const read = (await import(join(folder, language, file))) as { default: Record<string, string> }
  return read.default
}

/** Files that are spread into console.ts: a key in two of them would override the other without a word. */
const spread = ['bank.ts', 'doctor.ts', 'media.ts', 'staff.ts']

describe('locales', () => {
  it('have the same files in every language', () => {
    for (const l of languages)
      expect(readdirSync(join(folder, l)), l).toEqual(readdirSync(join(folder, 'zh-CN')))
  })

  it.each(languages)('%s: no file of the console overrides a text of another', async (language) => {
    const all = await Promise.all(spread.map(async (f) => [f, await texts(language, f)] as const))
    const merged = await texts(language, 'console.ts')
    const owner = new Map<string, string>()
    const twice: string[] = []
    for (const [file, own] of all)
      for (const [key, text] of Object.entries(own)) {
        const before = owner.get(key)
        if (before !== undefined) twice.push(`${key}: ${before} and ${file}`)
        owner.set(key, file)
        // The console's own texts come after what it spreads.
        if (merged[key] !== text) twice.push(`${key}: ${file} and console.ts`)
      }
    expect(owner.size).toBeGreaterThan(200)
    expect(twice).toEqual([])
  })
})
