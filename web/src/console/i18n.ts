import { createI18n, fill, rememberLocale, type Locale, type Translate } from '../core/i18n'
import zh from '../locales/zh-CN/console'

export type Key = keyof typeof zh

let translate: Translate<Key> = (key, params) => fill(zh[key], params)
let current: Locale = 'zh-CN'

/** The text of a key in the reader's language; Chinese until loadTexts has finished. */
export const t: Translate<Key> = (key, params) => translate(key, params)

export const locale = (): Locale => current

export async function loadTexts(): Promise<void> {
  const made = await createI18n<Key>(zh, async () => (await import('../locales/en/console')).default)
  translate = made.t
  current = made.locale
}

/** Texts are read once by every component, so the other language comes with a fresh page. */
export function switchLocale(to: Locale): void {
  rememberLocale(to)
  // ?lang= would win over what was chosen here.
  const url = new URL(location.href)
  url.searchParams.delete('lang')
  // An address that differs in nothing loads nothing when it has a #.
  if (url.hash !== '' && url.href === location.href) location.reload()
  else location.replace(url)
}

const keys = new Set<string>(Object.keys(zh))

/** For keys put together from what the server sent, such as `kind.${entry.kind}`. */
export function tOr(key: string, otherwise: string): string {
  return keys.has(key) ? t(key as Key) : otherwise
}
