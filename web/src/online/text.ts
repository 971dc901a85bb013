import { createI18n, type Locale, type Translate } from '../core/i18n'
import zh, { type OnlineKey } from '../locales/zh-CN/online'
import { ApiError } from '../core/api'

export type { OnlineKey }
export let t: Translate<OnlineKey> = (key) => zh[key]
export let locale: Locale = 'zh-CN'

export async function loadTexts(): Promise<void> {
  ;({ t, locale } = await createI18n(zh, async () => (await import('../locales/en/online')).default))
}

/** The catalogue's text for a key that the server sent, or "". */
export function tryText(key: string): string {
  return key in zh ? t(key as OnlineKey) : ''
}

/** What went wrong, for the person: our own words for it, else the server's. */
export function explain(error: unknown): string {
  if (!(error instanceof ApiError) || error.status === 0) return t('net.failed')
  const [field] = Object.values(error.fields)
  return tryText(error.key) || (field && tryText(field)) || error.message || t('net.failed')
}

/** The same page in the other language. */
export function otherLanguage(): { href: string; lang: Locale } {
  const lang = locale === 'en' ? 'zh-CN' : 'en'
  const search = new URLSearchParams(location.search)
  search.set('lang', lang)
  return { href: `?${search.toString()}`, lang }
}

/** How long something took or may take: 10 分钟, 1 分 30 秒, 45 秒. */
export function lengthText(ms: number): string {
  const s = Math.round(ms / 1000)
  if (s < 60) return t('length.s', { s })
  const min = Math.floor(s / 60)
  if (min >= 60 && s % 60 === 0) {
    const h = Math.floor(min / 60)
    return min % 60 ? t('length.h_min', { h, m: min % 60 }) : t('length.h', { h })
  }
  return s % 60 ? t('length.min_s', { m: min, s: s % 60 }) : t('length.min', { m: min })
}
