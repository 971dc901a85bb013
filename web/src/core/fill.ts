/** Runs of two or more underscores in a stem, at least one: as the server counts the blanks of a fill question. */
export function blanksOf(stem: string): number {
  return Math.max(1, (stem.match(/__+/g) ?? []).length)
}

/**
 * The accepted texts of a fill question as people read them: " / " between the blanks of one text, where the key has "|".
 * The key of a single blank is taken as it is.
 */
export function fillTexts(key: readonly string[], blanks: number): string[] {
  return blanks > 1 ? key.map((k) => k.replace(/\s*[|｜]\s*/g, ' / ')) : [...key]
}
