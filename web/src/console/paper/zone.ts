import { zonedParts } from '../../core/rules'

/** A moment as an input of type datetime-local has it, in a contest's time zone: 2026-12-04T08:00. */
export function toInput(ms: number, zone: string): string {
  if (ms <= 0) return ''
  const p = zonedParts(ms, zone)
  return `${p.y}-${p.m}-${p.d}T${p.h}:${p.i}`
}

/** What an input of type datetime-local has, read in a time zone; 0 of an empty or broken one. A time that the clocks leap over gives the moment after the leap. */
export function fromInput(text: string, zone: string): number {
  const m = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})/.exec(text)
  if (!m) return 0
  const [y = 0, mo = 1, d = 1, h = 0, i = 0] = m.slice(1).map(Number)
  const wall = Date.UTC(y, mo - 1, d, h, i)
  // The zone's distance from UTC depends on the moment that is looked for: the second try is right but across a change.
  let ms = wall
  for (let k = 0; k < 2; k++) {
    const p = zonedParts(ms, zone)
    const shown = Date.UTC(Number(p.y), Number(p.m) - 1, Number(p.d), Number(p.h), Number(p.i))
    ms += wall - shown
  }
  return ms
}

/** Hours and minutes of a moment in a time zone, with its day: 12-04 08:00. */
export function shortTime(ms: number, zone: string): string {
  const p = zonedParts(ms, zone)
  return `${p.m}-${p.d} ${p.h}:${p.i}`
}

/** 2026-12-04 08:00 in a time zone. */
export function longTime(ms: number, zone: string): string {
  const p = zonedParts(ms, zone)
  return `${p.y}-${p.m}-${p.d} ${p.h}:${p.i}`
}

/** The zones that a contest may choose from without typing: the first is the usual one. */
export const zones = [
  'Asia/Shanghai',
  'Asia/Hong_Kong',
  'Asia/Taipei',
  'Asia/Urumqi',
  'Asia/Singapore',
  'Asia/Tokyo',
  'Asia/Dubai',
  'Europe/London',
  'Europe/Berlin',
  'America/New_York',
  'America/Los_Angeles',
  'UTC',
]

/** 12-04 08:00:31 in a time zone: what follows one another within a minute. */
export function zonedSeconds(ms: number, zone: string): string {
  // Zones are whole minutes from UTC.
  return `${shortTime(ms, zone)}:${String(Math.floor((ms / 1000) % 60)).padStart(2, '0')}`
}
