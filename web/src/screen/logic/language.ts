import type { Locale } from '../../core/i18n'

const KEPT = 'leitai.screen.lang'

/**
 * The language of the hall, which is not that of the machine at the projector: Chinese, unless ?lang=en asks. What was
 * asked for holds in this tab, and so for the next room that is opened in it.
 */
export function screenLocale(search: string): Locale {
  const asked = new URLSearchParams(search).get('lang')
  try {
    if (asked !== null) sessionStorage.setItem(KEPT, asked)
    return of(sessionStorage.getItem(KEPT))
  } catch {
    return of(asked)
  }
}

function of(asked: string | null): Locale {
  return asked?.toLowerCase().startsWith('en') ? 'en' : 'zh-CN'
}
