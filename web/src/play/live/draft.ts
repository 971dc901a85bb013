/**
 * What a player has begun and not sent, such as two of three letters: kept for this tab, so that a reload in the middle
 * of a question loses nothing. One draft; that of another question is not given back.
 */
const KEY = 'leitai.draft'

export function keepDraft(question: string, a: readonly string[]): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify([question, a]))
  } catch {
    // Switched off or full: a reload begins anew.
  }
}

export function keptDraft(question: string): string[] {
  try {
    const [of, a] = JSON.parse(sessionStorage.getItem(KEY) ?? '') as [unknown, unknown]
    if (of === question && Array.isArray(a)) return a.map(String)
  } catch {
    // None.
  }
  return []
}
