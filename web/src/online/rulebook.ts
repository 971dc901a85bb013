import { createI18n, type Translate } from '../core/i18n'
import zh, { type RulesKey } from '../locales/zh-CN/rules'
import { locale } from './text'

/** The texts of the rules, which boards print too. */
export let r: Translate<RulesKey> = (key) => zh[key]
let ready = false

export async function loadRules(): Promise<void> {
  if (ready) return
  r = (await createI18n(zh, async () => (await import('../locales/en/rules')).default, locale)).t
  ready = true
}
