import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

interface Kept {
  type: string
  stem: string
  options?: string[]
  key: string[]
}

let byText: Map<string, Kept> | undefined
const identity = (stem: string, options: readonly string[]) => [stem, ...[...options].sort()].join('\n')

function load(): Map<string, Kept> {
  const text = readFileSync(resolve(__dirname, '../../questionbank/sample/bank.jsonl'), 'utf8')
  const all = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Kept)
  return new Map(all.map((q) => [identity(q.stem, q.options ?? []), q]))
}

/** What the sample bank says about a question as players see it: letters, or for a fill the first text that counts. */
export function keyOf(question: {
  type: string
  stem: string
  options: { id: string; text: string }[]
}): string[] {
  byText ??= load()
  const { type, stem, options } = question
  const kept =
    byText.get(
      identity(
        stem,
        options.map((o) => o.text),
      ),
    ) ?? [...byText.values()].find((q) => q.stem === stem)
  if (!kept) throw new Error(`not in the sample bank: ${stem}`)
  if (type === 'fill') return kept.key.slice(0, 1)
  if (!kept.options?.length) return kept.key
  const texts = kept.key.map((letter) => kept.options?.[letter.charCodeAt(0) - 65] ?? '')
  return options.filter((o) => texts.includes(o.text)).map((o) => o.id)
}
