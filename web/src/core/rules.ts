import type { Translate } from './i18n'
import type { QuestionType } from './protocol'
import type { RulesKey } from '../locales/zh-CN/rules'

/** A draw rule as players see it: not from which bank. */
export interface PublicDraw {
  types: QuestionType[]
  categories: string[]
  difficulties: number[]
  count: number
  /** Of a right answer; 0 takes the points of the type. */
  points: number
}

/** `rules` of GET /online/{code}: paper.Settings and what of ContestSettings is about places. */
export interface PublicRules {
  time_zone: string
  practice_opens_ms: number
  practice_closes_ms: number
  opens_ms: number
  closes_ms: number
  entry: 'roster' | 'open'
  draw: PublicDraw[]
  same_paper: boolean
  shuffle_questions: boolean
  shuffle_options: boolean
  points: Partial<Record<QuestionType, number>>
  wrong: number
  partial: 'none' | 'half' | 'per_option'
  pass_mark: number
  attempts_per_day: number
  attempts_in_all: number
  counts: 'best' | 'latest' | 'cumulative'
  paper_limit_ms: number
  question_limit_ms: number
  review: 'never' | 'after_hand_in' | 'after_window'
  show_points: boolean
  people: 'all' | 'top' | 'off'
  top_shown: number
  /** Names on public boards as 张*. */
  mask_names: boolean
  note_leaving: boolean
  voluntary: boolean
  certificate: boolean
  keep_days: number
  notes: string
  team_formula: string
  top_k: number
  /** Of the formula `composite`: percent by formula. */
  weights?: Record<string, number> | null
  share_ranks: boolean
}

export interface RuleSection {
  key: 'when' | 'who' | 'paper' | 'scoring' | 'ranking' | 'after' | 'fair' | 'data' | 'notes'
  title: string
  sentences: string[]
}

type T = Translate<RulesKey>

const types: QuestionType[] = ['single', 'multiple', 'judge', 'fill', 'order']

/** A moment in the contest's time zone; in UTC where the browser does not know the zone. */
export function zonedParts(ms: number, zone: string): Record<'y' | 'm' | 'd' | 'h' | 'i', string> {
  const options: Intl.DateTimeFormatOptions = {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  }
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', { ...options, timeZone: zone })
  } catch {
    format = new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' })
  }
  const got: Record<string, string> = {}
  for (const part of format.formatToParts(ms)) got[part.type] = part.value
  const two = (s = ''): string => (s.length < 2 ? `0${s}` : s)
  return {
    y: got['year'] ?? '',
    m: two(got['month']),
    d: two(got['day']),
    // Old engines say 24 for midnight.
    h: two(String(Number(got['hour'] ?? 0) % 24)),
    i: two(got['minute']),
  }
}

/** 10 分钟, 1 小时 30 分钟, 90 s … */
export function spell(ms: number, t: T): string {
  const s = Math.round(ms / 1000)
  const parts: string[] = []
  if (s >= 3600) parts.push(t('rules.time.h', { n: Math.floor(s / 3600) }))
  if (s % 3600 >= 60) parts.push(t('rules.time.m', { n: Math.floor((s % 3600) / 60) }))
  if (s % 60 > 0) parts.push(t('rules.time.s', { n: s % 60 }))
  return parts.join(' ')
}

function drawSentence(rule: PublicDraw, t: T): string {
  const and = t('rules.and')
  const names = rule.types.map((x) => t(`rules.type.${x}`)).join(and)
  let line = t('rules.draw', { types: names === '' ? t('rules.any_type') : names, n: rule.count })
  if (rule.categories.length > 0) line += t('rules.draw.categories', { list: rule.categories.join(and) })
  if (rule.difficulties.length > 0)
    line += t('rules.draw.difficulties', { list: rule.difficulties.join(and) })
  if (rule.points > 0) line += t('rules.draw.points', { n: rule.points })
  return line
}

/** Points by type, of the types that a paper can have. */
function pointsSentence(r: PublicRules, t: T): string {
  const open = r.draw.filter((d) => d.points === 0)
  const anyType = open.length === 0 || open.some((d) => d.types.length === 0)
  const used = anyType ? types : types.filter((x) => open.some((d) => d.types.includes(x)))
  const worth = used.map((x) => r.points[x] ?? 0)
  if (worth.every((n) => n === worth[0])) return t('rules.points.same', { n: worth[0] ?? 0 })
  return t('rules.points.by_type', {
    list: used
      .map((x, i) => t('rules.points.one', { type: t(`rules.type.${x}`), n: worth[i] ?? 0 }))
      .join(t('rules.and')),
  })
}

const formulas = ['sum', 'average', 'roster_average', 'top_k_average', 'participation'] as const

/** How a unit's points come about: the words that are printed on boards too. */
export function formulaText(
  f: { team_formula: string; top_k: number; weights?: Record<string, number> | null },
  t: T,
): string {
  if (f.team_formula === 'composite') {
    const parts = formulas
      .filter((x) => (f.weights?.[x] ?? 0) > 0)
      .map((x) =>
        t('rules.formula.weight', {
          n: f.weights?.[x] ?? 0,
          formula: t(`rules.formula.${x}`, { k: f.top_k }),
        }),
      )
    return t('rules.formula.composite', { list: parts.join(' + ') })
  }
  const one = formulas.find((x) => x === f.team_formula)
  return one ? t(`rules.formula.${one}`, { k: f.top_k }) : f.team_formula
}

/** The very same questions may come again to somebody who has handed in: then the server keeps the keys until the end. */
function samePaperAgain(r: PublicRules): boolean {
  return r.review === 'after_hand_in' && r.same_paper && (r.attempts_in_all !== 1 || r.entry === 'open')
}

/**
 * The rules page: what players read, and what the console shows before publishing. Every setting is in one of the
 * sentences (tests/rules.test.ts holds it against the program's settings).
 */
export function ruleSections(r: PublicRules, t: T): RuleSection[] {
  const at = (ms: number): string => t('rules.date', zonedParts(ms, r.time_zone))
  const sections: RuleSection[] = []
  const section = (key: RuleSection['key'], sentences: string[]): void => {
    sections.push({ key, title: t(`rules.${key}`), sentences })
  }

  const when = [t('rules.when.formal', { from: at(r.opens_ms), to: at(r.closes_ms) })]
  if (r.practice_opens_ms > 0)
    when.push(t('rules.when.practice', { from: at(r.practice_opens_ms), to: at(r.practice_closes_ms) }))
  when.push(
    r.time_zone === 'Asia/Shanghai' ? t('rules.when.beijing') : t('rules.when.zone', { zone: r.time_zone }),
  )
  section('when', when)

  section('who', [
    t(`rules.who.${r.entry}`),
    t(r.attempts_per_day > 0 ? 'rules.day.n' : 'rules.day.0', { n: r.attempts_per_day }),
    t(r.attempts_in_all > 0 ? 'rules.all.n' : 'rules.all.0', { n: r.attempts_in_all }),
  ])

  const shuffle = r.shuffle_questions
    ? r.shuffle_options
      ? 'both'
      : 'questions'
    : r.shuffle_options
      ? 'options'
      : 'none'
  section('paper', [
    t('rules.paper.total', { n: r.draw.reduce((n, d) => n + d.count, 0) }),
    ...r.draw.map((d) => drawSentence(d, t)),
    t(r.same_paper ? 'rules.same' : 'rules.different'),
    t(`rules.shuffle.${shuffle}`),
    r.paper_limit_ms > 0 ? t('rules.limit', { time: spell(r.paper_limit_ms, t) }) : t('rules.limit.none'),
    r.question_limit_ms > 0
      ? t('rules.question_limit', { time: spell(r.question_limit_ms, t) })
      : t('rules.question_limit.none'),
    t('rules.saved'),
  ])

  const fills = r.draw.some((d) => d.types.length === 0 || d.types.includes('fill'))
  section('scoring', [
    pointsSentence(r, t),
    t(r.wrong < 0 ? 'rules.wrong.n' : 'rules.wrong.0', { n: -r.wrong }),
    t(`rules.partial.${r.partial}`),
    ...(fills ? [t('rules.fill')] : []),
    t(`rules.counts.${r.counts}`),
    t(r.pass_mark > 0 ? 'rules.pass.n' : 'rules.pass.0', { n: r.pass_mark }),
  ])

  section('ranking', [
    t('rules.ranking.order'),
    t(r.share_ranks ? 'rules.share.on' : 'rules.share.off'),
    t(`rules.people.${r.people}`, { n: r.top_shown }),
    t(r.mask_names ? 'rules.mask.on' : 'rules.mask.off'),
    t('rules.team', { formula: formulaText(r, t) }),
    t(r.voluntary ? 'rules.voluntary.on' : 'rules.voluntary.off'),
  ])

  section('after', [
    t(r.show_points ? 'rules.points_shown.on' : 'rules.points_shown.off'),
    t(`rules.review.${samePaperAgain(r) ? 'after_window' : r.review}`),
    t(r.certificate ? 'rules.certificate.on' : 'rules.certificate.off'),
  ])
  section('fair', [t('rules.fair.seed'), t(r.note_leaving ? 'rules.leaving.on' : 'rules.leaving.off')])
  section('data', [t('rules.keep', { n: r.keep_days })])

  const notes = r.notes
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (notes.length > 0) section('notes', notes)
  return sections
}
