/** Reasons for points given by hand, kept on this machine so that the next one is one tap. */
const KEY = 'leitai.console.reasons'
const KEPT = 8

export function recentReasons(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(kept) ? kept.filter((x): x is string => typeof x === 'string').slice(0, KEPT) : []
  } catch {
    return []
  }
}

/** The newest first, each once. */
export function withReason(list: readonly string[], reason: string): string[] {
  return [reason, ...list.filter((r) => r !== reason)].slice(0, KEPT)
}

export function rememberReason(reason: string): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(withReason(recentReasons(), reason)))
  } catch {
    // Not kept, then.
  }
}
