import { createI18n, type Locale, type Translate } from '../core/i18n'
import zh, { type OnlineKey } from '../locales/zh-CN/online'
import { ApiError } from '../core/api'

export type { OnlineKey }
export let t: Translate<OnlineKey> = (key) => zh[key]
export let locale: Locale = 'zh-CN'

export async function loadTexts(): Promise<void> {
  ;({ t, locale } = await createI18n(zh, async () => (await import('../locales/en/online')).default))
}

/** What went wrong, for the person, in the server's words when it has any. */
export function explain(error: unknown): string {
  return (error instanceof ApiError && error.status > 0 && error.message) || t('net.failed')
}

/** The same page in the other language. */
export function otherLanguage(): { href: string; lang: Locale } {
  const lang = locale === 'en' ? 'zh-CN' : 'en'
  const search = new URLSearchParams(location.search)
  search.set('lang', lang)
  return { href: `?${search.toString()}`, lang }
}
