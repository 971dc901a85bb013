import { t, type OnlineKey } from './text'

/** Days and times as people read them, in the contest's time zone. */

/** Month, day, year, hour, minute, two digits each but the year. */
export function partsOf(ms: number, zone?: string): string[] {
  const options = { timeZone: zone, hour12: false } as Intl.DateTimeFormatOptions
  let text: string
  try {
    text = new Date(ms).toLocaleString('en-US', options)
  } catch {
    // A browser that does not know the zone shows its own time.
    text = new Date(ms).toLocaleString('en-US', { hour12: false })
  }
  // Some write midnight as 24.
  return (text.match(/\d+/g) ?? []).map((n, i) => (i === 3 && n === '24' ? '00' : n))
}

const MONTH = 0
const DAY = 1
const YEAR = 2

/** The calendar day as the server writes it, 2006-01-02. */
export function dayOf(ms: number, zone: string): string {
  const p = partsOf(ms, zone)
  return [p[YEAR], p[MONTH]?.padStart(2, '0'), p[DAY]?.padStart(2, '0')].join('-')
}

/** A calendar day for people, seen from another: 今天, 明天, 11月30日, with the year when it is another one. */
export function dayText(day: string, today: string): string {
  const apart = (Date.parse(day) - Date.parse(today)) / 86_400_000
  if (apart === 0 || apart === 1) return t(apart ? 'day.tomorrow' : 'day.today')
  const [y = '', m = 0, d = 0] = day.split('-').map(Number)
  const text = t('day', { m, d, mon: t('months').split(' ')[m - 1] ?? '' })
  return today.startsWith(`${y}-`) ? text : t('day.year', { y, day: text })
}

/** 今天 18:00, 11月30日 18:00. */
export function moment(ms: number, zone: string, now: number): string {
  const [, , , hh, mm] = partsOf(ms, zone)
  return `${dayText(dayOf(ms, zone), dayOf(now, zone))} ${hh ?? ''}:${mm ?? ''}`
}

const two = (n: number) => String(n).padStart(2, '0')

/** A countdown: 9:59, 1:02:03. Rounded up, so that 0:00 is the end and not the second before. */
export function clockText(ms: number): string {
  const s = Math.max(0, Math.ceil(ms / 1000))
  const h = Math.floor(s / 3600)
  const min = Math.floor(s / 60) % 60
  return `${h ? `${h}:${two(min)}` : min}:${two(s % 60)}`
}

const units: [OnlineKey, number][] = [
  ['n.d', 86_400],
  ['n.h', 3_600],
  ['n.min', 60],
  ['n.s', 1],
]

/** How long something takes, with the two largest units that matter: 10 分钟, 1 分钟 30 秒, 3 天 4 小时. */
export function lengthText(ms: number): string {
  let s = Math.round(ms / 1000)
  const parts: string[] = []
  for (const [key, size] of units) {
    const n = Math.floor(s / size)
    s -= n * size
    if (n || (size === 1 && !parts.length)) parts.push(t(key, { n }))
  }
  return parts.slice(0, 2).join(' ')
}

/** How long until something that may be days away; a clock within the last hour. */
export function untilText(ms: number): string {
  return ms > 3_600_000 ? lengthText(Math.ceil(ms / 60_000) * 60_000) : clockText(ms)
}
