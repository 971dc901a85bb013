/** What the address asks for: /screen/482915?view=teams */

export const VIEWS = ['stage', 'question', 'teams', 'people', 'timer', 'audience'] as const
export type View = (typeof VIEWS)[number]

export interface Address {
  /** Six digits, or "" when none (or no proper one) was given. */
  code: string
  view: View
}

export function readAddress(pathname: string, search: string): Address {
  const code = /\/screen\/(\d{6})\/?$/.exec(pathname)?.[1] ?? ''
  const asked = new URLSearchParams(search).get('view')
  return { code, view: VIEWS.find((v) => v === asked) ?? 'stage' }
}

/** Digits of what was typed or pasted; full-width digits count. */
export function cleanCode(text: string): string {
  return text.normalize('NFKC').replace(/\D/g, '').slice(0, 6)
}

/** An address as people type it: without scheme, query and closing slash. */
export function shortURL(url: string): string {
  return url
    .replace(/^https?:\/\//, '')
    .replace(/[?#].*$/, '')
    .replace(/\/$/, '')
}
