import { locale, t } from './text'

/** Days and times as people read them, in the contest's time zone. */

interface Parts {
  y: number
  m: number
  d: number
  hh: string
  mm: string
}

const formats = new Map<string, Intl.DateTimeFormat>()

function format(zone: string): Intl.DateTimeFormat {
  let f = formats.get(zone)
  if (!f) {
    const options = {
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    } as const
    try {
      f = new Intl.DateTimeFormat('en-US', { ...options, timeZone: zone })
    } catch {
      // A browser without this zone shows its own time, and the page says which zone that is.
      f = new Intl.DateTimeFormat('en-US', options)
    }
    formats.set(zone, f)
  }
  return f
}

export function partsOf(ms: number, zone: string): Parts {
  const by: Record<string, string> = {}
  for (const p of format(zone).formatToParts(ms)) by[p.type] = p.value
  // Some browsers write midnight as 24.
  const hh = by['hour'] === '24' ? '00' : (by['hour'] ?? '')
  return { y: Number(by['year']), m: Number(by['month']), d: Number(by['day']), hh, mm: by['minute'] ?? '' }
}

/** Calendar days from `a` to `b`. */
export function daysBetween(a: Parts, b: Parts): number {
  return Math.round((Date.UTC(b.y, b.m - 1, b.d) - Date.UTC(a.y, a.m - 1, a.d)) / 86_400_000)
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** 今天 18:00, 明天 09:00, 11月30日 18:00, with the year when it is another one. */
export function moment(ms: number, zone: string, now: number): string {
  const at = partsOf(ms, zone)
  const today = partsOf(now, zone)
  const time = `${at.hh}:${at.mm}`
  const apart = daysBetween(today, at)
  if (apart === 0) return `${t('day.today')} ${time}`
  if (apart === 1) return `${t('day.tomorrow')} ${time}`
  return `${dayOf(at, today)} ${time}`
}

/** 11月30日, with the year when it is another one. */
export function day(ms: number, zone: string, now: number): string {
  return dayOf(partsOf(ms, zone), partsOf(now, zone))
}

export function dayOf(at: Parts, today: Parts): string {
  const year = at.y !== today.y
  if (locale === 'en') return `${at.d} ${months[at.m - 1] ?? ''}${year ? ` ${at.y}` : ''}`
  return `${year ? `${at.y}年` : ''}${at.m}月${at.d}日`
}

/** What to add to a time for people whose phone is in another zone; "" for all others. */
export function zoneNote(zone: string, now: number): string {
  const here = partsOf(now, Intl.DateTimeFormat().resolvedOptions().timeZone)
  const there = partsOf(now, zone)
  if (here.d === there.d && here.hh === there.hh && here.mm === there.mm) return ''
  return zone === 'Asia/Shanghai' ? t('zone.beijing') : zone
}

/** A countdown: 9:59, 1:02:03. Rounded up, so that 0:00 is the end and not the second before. */
export function clockText(ms: number): string {
  const s = Math.max(0, Math.ceil(ms / 1000))
  const two = (n: number) => String(n).padStart(2, '0')
  const h = Math.floor(s / 3600)
  const rest = `${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
  return h ? `${h}:${rest}` : rest.replace(/^0/, '')
}

/** How long until something that is days away: 3 天 4 小时, 4 小时 5 分, then a clock. */
export function untilText(ms: number): string {
  const min = Math.ceil(ms / 60_000)
  if (min >= 24 * 60) return t('until.days', { d: Math.floor(min / 1440), h: Math.floor(min / 60) % 24 })
  if (min > 60) return t('until.hours', { h: Math.floor(min / 60), m: min % 60 })
  return clockText(ms)
}
