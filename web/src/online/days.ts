import { t } from './text'
import { dayOf, daysBetween, partsOf } from './when'

/** The calendar day as the server writes it, 2006-01-02, for people. */
export function dayText(day: string, now: number, zone: string): string {
  const [y = 0, m = 0, d = 0] = day.split('-').map(Number)
  const today = partsOf(now, zone)
  const at = { y, m, d, hh: '', mm: '' }
  const apart = daysBetween(at, today)
  if (apart === 0) return t('day.today')
  return dayOf(at, today)
}

/** Moments that a screen reader is told, ms before the end. */
const MILESTONES = [300_000, 60_000, 10_000]

/**
 * The milestone that was passed between two looks at the countdown, in ms; 0 for none. Two looks may be far apart, when the
 * phone slept: then only the last one passed is worth telling.
 */
export function passed(before: number, now: number): number {
  let last = 0
  for (const at of MILESTONES) if (before > at && now <= at && now > 0) last = at
  return last
}
