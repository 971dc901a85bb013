import { createI18n, type Params } from '../core/i18n'
import zh, { type SittingKey } from '../locales/zh-CN/sitting'
import live, { type LiveKey } from '../locales/zh-CN/live'
import { loadTexts as loadPlay } from '../play/text'
import { loadTexts as loadLive, t as liveText } from '../play/live/text'
import { locale } from './text'
import sheet from './sitting.css?url'
import joinSheet from '../play/join.css?url'
import liveSheet from '../play/live/live.css?url'

/** Texts and styles of the pages behind the card. Questions look and speak as they do in the hall. */

export type { SittingKey, LiveKey }
let own = (key: SittingKey, _?: Params): string => zh[key]

export function w(key: SittingKey | LiveKey, params?: Params): string {
  return key in zh ? own(key as SittingKey, params) : liveText(key as LiveKey, params)
}

/** The text for a key that the server sent, or "". */
export function tryWord(key: string): string {
  return key in zh || key in live ? w(key as SittingKey) : ''
}

let ready: Promise<unknown> | null = null

/** All that these pages need before they can be shown; asked for again when it failed. */
export function prepare(): Promise<void> {
  ready ??= Promise.all([
    texts(),
    Promise.all([joinSheet, liveSheet].map(style)).then(() => style(sheet)),
  ]).catch((error: unknown) => {
    ready = null
    throw error
  })
  return ready.then(() => undefined)
}

async function texts(): Promise<void> {
  const load = async () => (await import('../locales/en/sitting')).default
  await loadPlay()
  await Promise.all([loadLive(), createI18n(zh, load, locale).then((i) => (own = i.t))])
}

const styles = new Map<string, Promise<void>>()

/** Once; a sheet that was put in later wins. */
export function style(href: string): Promise<void> {
  let s = styles.get(href)
  if (!s) {
    s = new Promise<void>((resolve, reject) => {
      const link = document.createElement('link')
      link.rel = 'stylesheet'
      link.href = href
      link.onload = () => {
        resolve()
      }
      link.onerror = () => {
        link.remove()
        styles.delete(href)
        reject(new Error('no styles'))
      }
      document.head.appendChild(link)
    })
    styles.set(href, s)
  }
  return s
}
