import type { Translate } from '../../core/i18n'
import type zh from '../../locales/zh-CN/screen'

export type TextKey = keyof typeof zh

let translate: Translate<TextKey> = (key) => key

export function useCatalogue(t: Translate<TextKey>): void {
  translate = t
}

/** The text for a key in the language of the page, which is chosen once, before anything is drawn. */
export const t: Translate<TextKey> = (key, params) => translate(key, params)
