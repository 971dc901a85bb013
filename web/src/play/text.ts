import { createI18n, type Locale, type Translate } from '../core/i18n'
import zh, { type PlayKey } from '../locales/zh-CN/play'

export type { PlayKey }
export let t: Translate<PlayKey> = (key) => zh[key]
export let locale: Locale = 'zh-CN'

export async function loadTexts(): Promise<void> {
  ;({ t, locale } = await createI18n(zh, async () => (await import('../locales/en/play')).default))
}

/** The catalogue's text for a key that the server sent, or "". */
export function tryText(key: string): string {
  return key in zh ? t(key as PlayKey) : ''
}

/** The same page in the other language. */
export function otherLanguage(): { href: string; lang: Locale } {
  const lang = locale === 'en' ? 'zh-CN' : 'en'
  const search = new URLSearchParams(location.search)
  search.set('lang', lang)
  return { href: `?${search.toString()}`, lang }
}
