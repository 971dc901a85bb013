import { createI18n, type Params } from '../../core/i18n'
import zh, { type LiveKey } from '../../locales/zh-CN/live'
import * as first from '../text'

export type { LiveKey }
export const locale = first.locale
let own = (key: LiveKey, _?: Params): string => zh[key]

export async function loadTexts(): Promise<void> {
  const load = async () => (await import('../../locales/en/live')).default
  own = (await createI18n(zh, load, first.locale)).t
}

export function t(key: LiveKey | first.PlayKey, params?: Params): string {
  return key in zh ? own(key as LiveKey, params) : first.t(key as first.PlayKey, params)
}
