/** Notices of unusual answering (异常提示), as docs/openapi.yaml has them, and how they are said. */

import { t, type Key } from '../i18n'
import { elapsed } from '../logic/format'

export type IntegrityKind = 'speed' | 'interval' | 'same' | 'device' | 'leaving'
export const integrityKinds: IntegrityKind[] = ['speed', 'interval', 'same', 'device', 'leaving']
export type NoticeState = 'open' | 'dismissed' | 'acted'

export interface IntegritySettings {
  speed: boolean
  interval: boolean
  same: boolean
  device: boolean
  leaving: boolean
  chars_per_second: number
  least_ms: number
  speed_answers: number
  speed_percent: number
  intervals: number
  interval_percent: number
  same_wrong: number
  same_chance: number
  device_people: number
  leaving_times: number
  leaving_seconds: number
}
export interface Sitting {
  id: string
  entrant_id: string
  name: string
  team: string
  no: number
  state: string
  started_ms: number
  handed_in_ms: number
  points: number
  correct: number
  time_ms: number
}
export interface Notice {
  key: string
  kind: IntegrityKind
  strength: number
  state: NoticeState
  note: string
  changed_by: string
  changed_ms: number | null
  found_ms: number
  gone: boolean
  facts: {
    people: number
    fast: number
    of: number
    total_ms: number
    least_ms: number
    mean_ms: number
    permille: number
    wrong: number
    digits: number
    one_team: boolean
    times: number
    away_ms: number
  }
  steps: { no: number; stem: string; chars: number; at_ms: number; ms: number; least_ms: number }[]
  answers: { stem: string; a: string[]; key: string[]; percent: number }[]
  attempts: Sitting[]
}
export interface IntegrityPage {
  time_zone: string
  look: {
    state: 'none' | 'running' | 'done' | 'failed'
    attempts: number
    started_ms: number
    ended_ms: number
  }
  settings: IntegritySettings
  defaults: IntegritySettings
  kinds: { kind: IntegrityKind; open: number; dismissed: number; acted: number }[]
  findings: Notice[]
}

type NumberKey = {
  [K in keyof IntegritySettings]: IntegritySettings[K] extends number ? K : never
}[keyof IntegritySettings]

/** Thresholds by kind, with their range and unit. */
export const thresholds: Record<
  IntegrityKind,
  { key: NumberKey; min: number; max: number; unit: Key; step?: number }[]
> = {
  speed: [
    { key: 'chars_per_second', min: 10, max: 500, unit: 'integrity.unit.chars', step: 5 },
    { key: 'least_ms', min: 0, max: 5000, unit: 'integrity.unit.ms', step: 100 },
    { key: 'speed_answers', min: 3, max: 100, unit: 'integrity.unit.questions' },
    { key: 'speed_percent', min: 10, max: 100, unit: 'integrity.unit.percent', step: 5 },
  ],
  interval: [
    { key: 'intervals', min: 5, max: 100, unit: 'integrity.unit.times' },
    { key: 'interval_percent', min: 1, max: 50, unit: 'integrity.unit.percent' },
  ],
  same: [
    { key: 'same_wrong', min: 2, max: 50, unit: 'integrity.unit.questions' },
    { key: 'same_chance', min: 0, max: 12, unit: 'integrity.unit.digits' },
  ],
  device: [{ key: 'device_people', min: 2, max: 1000, unit: 'integrity.unit.people' }],
  leaving: [
    { key: 'leaving_times', min: 1, max: 1000, unit: 'integrity.unit.times' },
    { key: 'leaving_seconds', min: 0, max: 36000, unit: 'integrity.unit.seconds', step: 10 },
  ],
}

/** What was noticed, in one sentence without a judgement. */
export function sayNotice(n: Notice): string {
  const f = n.facts
  switch (n.kind) {
    case 'speed':
      return t('integrity.say.speed', {
        fast: f.fast,
        of: f.of,
        total: seconds(f.total_ms),
        least: seconds(f.least_ms),
      })
    case 'interval':
      return t('integrity.say.interval', {
        n: f.of,
        mean: seconds(f.mean_ms),
        percent: String(f.permille / 10),
      })
    case 'same':
      return t(f.one_team ? 'integrity.say.same_team' : 'integrity.say.same', {
        people: f.people,
        wrong: f.wrong,
      })
    case 'device':
      return t('integrity.say.device', { people: f.people })
    case 'leaving':
      return t('integrity.say.leaving', { times: f.times, away: seconds(f.away_ms) })
  }
}

/** How rare chance makes it: 1,000, 10 万, 1 亿 and so on, as the number of papers. */
export function sayRare(digits: number): string {
  if (digits >= 12) return t('integrity.rare.more')
  const n = 10 ** Math.max(digits, 0)
  return t('integrity.rare', { n: n.toLocaleString('en-US') })
}

export const seconds = (ms: number): string =>
  ms < 60_000 ? t('integrity.s', { n: elapsed(ms) }) : elapsed(ms)

/** A moment in the contest's time zone: 12-04 08:00:07. */
export function moment(ms: number, zone: string): string {
  if (ms <= 0) return '—'
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(new Date(ms))
  const of = (type: string): string => parts.find((p) => p.type === type)?.value ?? ''
  return `${of('month')}-${of('day')} ${of('hour')}:${of('minute')}:${of('second')}`
}
