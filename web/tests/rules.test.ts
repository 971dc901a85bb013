import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fill, type Translate } from '../src/core/i18n'
import { formulaText, ruleSections, spell, zonedParts, type PublicRules } from '../src/core/rules'
import en from '../src/locales/en/rules'
import zh, { type RulesKey } from '../src/locales/zh-CN/rules'

const inChinese: Translate<RulesKey> = (key, params) => fill(zh[key], params)
const inEnglish: Translate<RulesKey> = (key, params) => fill(en[key], params)

const rules: PublicRules = {
  time_zone: 'Asia/Shanghai',
  practice_opens_ms: Date.UTC(2026, 10, 28, 0),
  practice_closes_ms: Date.UTC(2026, 10, 30, 16),
  opens_ms: Date.UTC(2026, 11, 3, 16),
  closes_ms: Date.UTC(2026, 11, 10, 15, 59),
  entry: 'roster',
  draw: [
    { types: ['single'], categories: [], difficulties: [], count: 10, points: 0 },
    {
      types: ['multiple', 'judge'],
      categories: ['宪法', '民法典'],
      difficulties: [1, 2],
      count: 5,
      points: 4,
    },
  ],
  same_paper: false,
  shuffle_questions: true,
  shuffle_options: true,
  points: { single: 10, multiple: 20, judge: 10, fill: 10, order: 10 },
  wrong: 0,
  partial: 'none',
  pass_mark: 0,
  attempts_per_day: 1,
  attempts_in_all: 0,
  counts: 'best',
  paper_limit_ms: 600_000,
  question_limit_ms: 0,
  review: 'after_hand_in',
  show_points: true,
  people: 'top',
  top_shown: 50,
  mask_names: false,
  note_leaving: true,
  voluntary: false,
  certificate: true,
  keep_days: 180,
  notes: '',
  team_formula: 'top_k_average',
  top_k: 5,
  weights: null,
  share_ranks: true,
}

/** Another value for every setting, and what else must be set for it to matter. */
const others: Required<PublicRules> = {
  time_zone: 'Europe/Berlin',
  practice_opens_ms: Date.UTC(2026, 10, 29),
  practice_closes_ms: Date.UTC(2026, 10, 30),
  opens_ms: Date.UTC(2026, 11, 4),
  closes_ms: Date.UTC(2026, 11, 9),
  entry: 'open',
  draw: [{ types: ['judge'], categories: [], difficulties: [], count: 3, points: 0 }],
  same_paper: true,
  shuffle_questions: false,
  shuffle_options: false,
  points: { single: 7 },
  wrong: -5,
  partial: 'half',
  pass_mark: 60,
  attempts_per_day: 3,
  attempts_in_all: 9,
  counts: 'cumulative',
  paper_limit_ms: 0,
  question_limit_ms: 30_000,
  review: 'never',
  show_points: false,
  people: 'off',
  top_shown: 10,
  mask_names: true,
  note_leaving: false,
  voluntary: true,
  certificate: false,
  keep_days: 30,
  notes: '一等奖 3 名\n二等奖 10 名',
  team_formula: 'sum',
  top_k: 9,
  weights: { participation: 70, average: 30 },
  share_ranks: false,
}

function text(r: PublicRules, t = inChinese): string {
  return ruleSections(r, t)
    .flatMap((s) => [s.title, ...s.sentences])
    .join('\n')
}

describe('the rules page', () => {
  it('has a value to try for every setting of the program', () => {
    const source = readFileSync(join(import.meta.dirname, '../../quiz/paper/settings.go'), 'utf8')
    const struct = /type Settings struct \{([\s\S]*?)\n\}/.exec(source)?.[1] ?? ''
    const names = [...struct.matchAll(/json:"(\w+)/g)].map((m) => m[1] ?? '')
    expect(names.length).toBeGreaterThan(20)
    expect(Object.keys(others)).toEqual(expect.arrayContaining(names))
  })

  for (const key of Object.keys(others) as (keyof PublicRules)[]) {
    it(`tells players about ${key}`, () => {
      const base: PublicRules = key === 'weights' ? { ...rules, team_formula: 'composite' } : rules
      const changed = { ...base, [key]: others[key] }
      expect(text(changed)).not.toBe(text(base))
      expect(text(changed, inEnglish)).not.toBe(text(base, inEnglish))
    })
  }

  it('says that the keys of a paper which can come again are kept until the end', () => {
    const late = inChinese('rules.review.after_window')
    const once: PublicRules = {
      ...rules,
      review: 'after_hand_in',
      entry: 'roster',
      attempts_in_all: 1,
      same_paper: true,
    }
    expect(text(once)).not.toContain(late)
    expect(text({ ...once, attempts_in_all: 2 })).toContain(late)
    expect(text({ ...once, entry: 'open' })).toContain(late)
    expect(text({ ...once, entry: 'open', same_paper: false })).not.toContain(late)
  })

  it('leaves no placeholder and no empty sentence in either language', () => {
    for (const r of [rules, { ...rules, ...others, team_formula: 'composite' }]) {
      for (const t of [inChinese, inEnglish]) {
        expect(text(r, t)).not.toMatch(/[{}]|undefined|NaN/)
        for (const s of ruleSections(r, t)) for (const line of s.sentences) expect(line.trim()).not.toBe('')
      }
    }
  })

  it('writes times in the contest’s zone, midnight as 00:00', () => {
    expect(text(rules)).toContain('正式答题：2026年12月04日 00:00 至 2026年12月10日 23:59。')
    expect(zonedParts(Date.UTC(2026, 2, 29, 1), 'Europe/Berlin').h).toBe('03') // summer time has just begun
    expect(zonedParts(0, 'No/Where').y).toBe('1970')
  })

  it('gives points by type only for types that a paper can have', () => {
    expect(text(rules)).toContain('答对每题得 10 分。')
    const any = { ...rules, draw: [{ types: [], categories: [], difficulties: [], count: 5, points: 0 }] }
    expect(text(any)).toContain('单选题 10 分、多选题 20 分')
  })

  it('prints the formula of composite with its weights', () => {
    const f = { team_formula: 'composite', top_k: 3, weights: { participation: 70, top_k_average: 30 } }
    expect(formulaText(f, inChinese)).toBe(
      '综合得分（百分制，平均分按满分的百分比折算）：30% 本单位得分最高 3 人的平均分，不足 3 人的缺额计 0 分 + 70% 参赛率（参赛人数占花名册人数的百分比）',
    )
  })

  it('spells lengths of time', () => {
    expect(spell(600_000, inChinese)).toBe('10 分钟')
    expect(spell(5_430_000, inEnglish)).toBe('1 h 30 min 30 s')
  })
})
