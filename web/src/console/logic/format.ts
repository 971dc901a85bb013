/** Times and numbers as people read them. */

import { t } from '../i18n'

const two = (n: number): string => String(n).padStart(2, '0')

/** 2026-05-04 09:03 in the reader's time zone. */
export function dateTime(ms: number): string {
  const d = new Date(ms)
  return `${String(d.getFullYear())}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}`
}

/** 09:03:07 */
export function clockTime(ms: number): string {
  const d = new Date(ms)
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`
}

/** What is left in whole seconds, rounded up so that it reads 0 only at the end; the big screen counts so too. */
export function secondsLeft(ms: number): number {
  return Math.max(0, Math.ceil(ms / 1000 - 0.001))
}

/** 3:05, 0:14: what is left of a break, as on the big screen. */
export function countdown(ms: number): string {
  const s = secondsLeft(ms)
  return `${String(Math.floor(s / 60))}:${two(s % 60)}`
}

/** 45 秒, 10 分钟, 1 分 30 秒: a length of time in words. */
export function duration(seconds: number): string {
  const m = Math.floor(seconds / 60)
  const n = seconds % 60
  if (m === 0) return t('duration.s', { n })
  return n === 0 ? t('duration.min', { n: m }) : t('duration.min_s', { m, n })
}

/** 12.3 s of answering time as seconds with one place, or minutes when long. */
export function elapsed(ms: number): string {
  if (ms < 60_000) return (ms / 1000).toFixed(1)
  return `${String(Math.floor(ms / 60_000))}:${two(Math.floor((ms % 60_000) / 1000))}`
}

/** A team's points have at most two places. */
export function points(n: number): string {
  return String(Math.round(n * 100) / 100)
}

/** +10, −10 with a true minus sign, 0. */
export function signed(n: number): string {
  if (n === 0) return '0'
  return n > 0 ? `+${points(n)}` : `−${points(-n)}`
}

export function percent(part: number, whole: number): string {
  return whole <= 0 ? '—' : `${String(Math.round((part / whole) * 100))}%`
}

/** 482 915: a code that is read out aloud. */
export function spacedCode(code: string): string {
  return code.length === 6 ? `${code.slice(0, 3)} ${code.slice(3)}` : code
}
