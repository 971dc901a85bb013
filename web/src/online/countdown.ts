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
