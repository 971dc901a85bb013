export type Locale = 'zh-CN' | 'en'
export type Params = Record<string, string | number>
export type Translate<K extends string> = (key: K, params?: Params) => string

/** Replaces {name} by params.name; a name without a value stays as it is. */
export function fill(text: string, params?: Params): string {
  return params ? text.replace(/\{(\w+)\}/g, (all, name: string) => String(params[name] ?? all)) : text
}

/** ?lang= wins and is remembered, then what was remembered, then the browser's; Chinese otherwise. */
export function detectLocale(): Locale {
  const asked = new URLSearchParams(location.search).get('lang')
  if (asked) {
    const locale = asked.toLowerCase().startsWith('en') ? 'en' : 'zh-CN'
    rememberLocale(locale)
    return locale
  }
  try {
    const kept = localStorage.getItem('leitai.lang')
    if (kept === 'en' || kept === 'zh-CN') return kept
  } catch {
    // Storage can be switched off; the browser's language will do.
  }
  return navigator.language.toLowerCase().startsWith('en') ? 'en' : 'zh-CN'
}

export function rememberLocale(locale: Locale): void {
  try {
    localStorage.setItem('leitai.lang', locale)
  } catch {
    // Not kept, then.
  }
}

/**
 * The catalogue of a face. `zh` comes with the page; `loadEn` is a dynamic import of the English one, of
 * type Record<keyof typeof zh, string>, so a missing key does not compile:
 *
 *   const { t, locale } = await createI18n(zh, async () => (await import('../locales/en/play')).default)
 *
 * Failing to load English leaves Chinese: a page in the wrong language beats no page.
 */
export async function createI18n<K extends string>(
  zh: Record<K, string>,
  loadEn: () => Promise<Record<K, string>>,
  locale: Locale = detectLocale(),
): Promise<{ t: Translate<K>; locale: Locale }> {
  let texts = zh
  if (locale === 'en') {
    try {
      texts = await loadEn()
    } catch {
      locale = 'zh-CN'
    }
  }
  document.documentElement.lang = locale
  return { t: (key, params) => fill(texts[key], params), locale }
}
