import { describe, expect, it } from 'vitest'
import {
  bestBank,
  minutesOf,
  pointsRange,
  proposePractice,
  rosters,
  setVoluntary,
  troubles,
} from '../../src/console/paper/draft'
import type { PaperDraft, UnitChoice } from '../../src/console/paper/types'
import { fromInput, toInput, zonedSeconds } from '../../src/console/paper/zone'
import type { Bank } from '../../src/console/types'

const draft = (): PaperDraft =>
  ({
    title: '预赛',
    organizer: '',
    settings: { team_formula: 'participation', top_k: 5, share_ranks: true },
    paper: {
      people: 'all',
      top_shown: 50,
      voluntary: false,
      opens_ms: Date.UTC(2026, 11, 4),
      closes_ms: Date.UTC(2026, 11, 10),
      practice_opens_ms: 0,
      practice_closes_ms: 0,
      draw: [
        { bank_id: 'b', types: ['single'], categories: [], difficulties: [], count: 10, points: 0 },
        { bank_id: 'b', types: ['multiple', 'judge'], categories: [], difficulties: [], count: 5, points: 0 },
      ],
      points: { single: 4, multiple: 8, judge: 4, fill: 1, order: 1 },
    },
    units: ['u'],
  }) as unknown as PaperDraft

describe('times in the contest’s zone', () => {
  it('come back as they were typed', () => {
    for (const zone of ['Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'UTC'])
      for (const text of ['2026-03-29T00:30', '2026-07-01T23:59', '2026-10-25T12:00', '2026-12-31T00:00'])
        expect(toInput(fromInput(text, zone), zone)).toBe(text)
    expect(fromInput('2026-12-04T08:00', 'Asia/Shanghai')).toBe(Date.UTC(2026, 11, 4))
    expect(fromInput('', 'UTC')).toBe(0)
    expect(zonedSeconds(Date.UTC(2026, 11, 4, 0, 0, 7), 'Asia/Shanghai')).toBe('12-04 08:00:07')
  })
})

describe('a draft', () => {
  it('is made voluntary with one switch, which says what else it set', () => {
    const d = draft()
    expect(setVoluntary(d, true)).toEqual(['people', 'formula'])
    expect([d.paper.voluntary, d.paper.people, d.paper.top_shown, d.settings.team_formula]).toEqual([
      true,
      'top',
      10,
      'average',
    ])
    expect(setVoluntary(d, true)).toEqual([])
    expect(setVoluntary(d, false)).toEqual([])
    expect(d.paper.people).toBe('top') // switching off takes nothing back behind one's back
  })

  it('knows what a paper is worth and how long it takes', () => {
    expect(pointsRange(draft().paper)).toEqual({ least: 60, most: 80 })
    expect(minutesOf(draft().paper)).toBe(6)
  })

  it('says what is missing, step by step', () => {
    const d = draft()
    expect(troubles(d, 'when', null)).toEqual([])
    d.title = ' '
    d.paper.closes_ms = d.paper.opens_ms
    expect(troubles(d, 'when', null)).toEqual(['title', 'closes'])
    expect(troubles(d, 'questions', false)).toEqual(['draw_short'])
    d.paper.draw = []
    d.units = []
    expect(troubles(d, 'questions', null)).toEqual(['draw'])
    expect(troubles(d, 'who', null)).toEqual(['units'])
  })

  it('proposes a practice phase that lies ahead and ends when the contest opens', () => {
    const { paper } = draft()
    proposePractice(paper, paper.opens_ms - 30 * 3_600_000 - 1000)
    expect(paper.practice_opens_ms).toBe(paper.opens_ms - 30 * 3_600_000)
    expect(paper.practice_closes_ms).toBe(paper.opens_ms)
    expect(troubles({ ...draft(), paper }, 'when', null)).toEqual([])
  })
})

it('counts people for the nearest chosen unit', () => {
  const unit = (id: string, parent_id: string, people: number): UnitChoice => ({
    id,
    parent_id,
    kind: 'branch',
    name: id,
    people,
  })
  const tree = [unit('park', '', 1), unit('firm', 'park', 2), unit('a', 'firm', 3), unit('b', 'firm', 4)]
  expect(Object.fromEntries(rosters(tree, ['firm', 'a']))).toEqual({ firm: 6, a: 3 })
  expect(Object.fromEntries(rosters(tree, ['park']))).toEqual({ park: 10 })
  expect(Object.fromEntries(rosters(tree, []))).toEqual({})
})

it('begins with the bank of the occasion', () => {
  const bank = (id: string, name: string, questions: number): Bank => ({
    id,
    name,
    questions,
    categories: {},
    types: { single: questions },
  })
  const banks = [bank('1', '综合', 500), bank('2', '安全生产题库', 80), bank('3', '空的安全题库', 0)]
  expect(bestBank(banks, 'safety', draft().paper.draw)?.id).toBe('2')
  expect(bestBank(banks, 'empty', draft().paper.draw)?.id).toBe('1')
  expect(bestBank([], 'safety', [])).toBeUndefined()
})
