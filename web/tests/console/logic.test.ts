import { describe, expect, it } from 'vitest'
import type { DeskState, LedgerEntry } from '../../src/core/protocol'
import { accuracyChart, optionsChart, teamsChart } from '../../src/console/logic/charts'
import {
  countdown,
  elapsed,
  percent,
  points,
  secondsLeft,
  signed,
  spacedCode,
} from '../../src/console/logic/format'
import { causes, lastUndoable } from '../../src/console/logic/ledger'
import { merge } from '../../src/console/logic/merge'
import { passwordStrength } from '../../src/console/logic/password'
import { withReason } from '../../src/console/logic/recent'
import { example, fullRoundSettings } from '../../src/console/logic/settings'
import { safeReturn } from '../../src/console/router'
import type { QuestionResult, TeamResult } from '../../src/console/types'

const entry = (id: string, over: Partial<LedgerEntry> = {}): LedgerEntry => ({
  id,
  seq: 1,
  at_ms: 0,
  kind: 'adjust',
  operator: '李',
  round_no: 1,
  question_no: 1,
  team: '第一支部',
  entrant: '',
  points: 10,
  reason: '改判',
  reverses: '',
  reversed_by: '',
  undoable: true,
  ...over,
})

describe('the ledger', () => {
  it('undoes the newest entry that can be', () => {
    const entries = [entry('3', { undoable: false }), entry('2', { reversed_by: 'x' }), entry('1')]
    expect(lastUndoable(entries)?.id).toBe('1')
    expect(lastUndoable([])).toBeNull()
  })

  it('gives the causes that still hold', () => {
    const entries = [
      entry('1'),
      entry('2', { reversed_by: '3' }),
      entry('3', { reverses: '2' }),
      entry('4', { entrant: '王芳' }),
    ]
    expect(causes(entries, '第一支部', 'team').map((e) => e.id)).toEqual(['1'])
    expect(causes(entries, '王芳', 'entrant').map((e) => e.id)).toEqual(['4'])
  })
})

describe('live counts', () => {
  const s = {
    seq: 5,
    count: { connected: 1, answered: 0, acknowledged: 0, screens: 1 },
    teams: [{ id: 'a', name: '甲', place: 1, points: 3, people: 1, connected: 1 }],
    lobby: { people: 1, connected: 1, teams: [{ id: 'a', name: '甲', people: 1, connected: 1 }], latest: [] },
  } as unknown as DeskState

  it('takes a count, but not one of an earlier state', () => {
    const count = { t: 'count', connected: 9, answered: 4, acknowledged: 3, screens: 2 } as const
    expect(merge(s, { ...count, seq: 5 })?.count.answered).toBe(4)
    expect(merge(s, { ...count, seq: 4 })).toBeNull()
  })

  it('keeps the names of teams that arrive without', () => {
    const next = merge(s, {
      t: 'lobby',
      seq: 5,
      people: 8,
      connected: 7,
      teams: [{ id: 'a', people: 8, connected: 7 }] as unknown as DeskState['lobby']['teams'],
      latest: [],
    })
    expect(next?.teams[0]).toEqual({ id: 'a', name: '甲', place: 1, points: 3, people: 8, connected: 7 })
    expect(next?.lobby.teams[0]?.name).toBe('甲')
  })
})

describe('numbers', () => {
  it('reads as people read them', () => {
    expect([countdown(4100), countdown(0), countdown(-5), countdown(185_000)]).toEqual([
      '0:05',
      '0:00',
      '0:00',
      '3:05',
    ])
    expect([secondsLeft(160_100), secondsLeft(161_000), secondsLeft(-1)]).toEqual([161, 161, 0])
    expect([signed(10), signed(-2.5), signed(0)]).toEqual(['+10', '−2.5', '0'])
    expect([points(41.3700001), points(42)]).toEqual(['41.37', '42'])
    expect([percent(1, 3), percent(0, 0)]).toEqual(['33%', '—'])
    expect([elapsed(12_340), elapsed(61_000)]).toEqual(['12.3', '1:01'])
    expect(spacedCode('482915')).toBe('482 915')
  })
})

describe('a round’s example', () => {
  it('follows its scoring', () => {
    expect(example(fullRoundSettings({}))).toEqual({ early: 10, half: 10, late: 10 })
    expect(example(fullRoundSettings({ scoring: 'speed', points: { single: 100 } }))).toEqual({
      early: 90,
      half: 75,
      late: 50,
    })
    expect(example(fullRoundSettings({ scoring: 'decay' }))).toEqual({ early: 580, half: 400, late: 100 })
    expect(example(fullRoundSettings({ scoring: 'order' }))).toEqual({ early: 8, half: 5, late: 5 })
  })
})

describe('passwords', () => {
  it('are judged by length, then variety', () => {
    expect(passwordStrength('short')).toBe('short')
    expect(passwordStrength('zhang-san-1998', 'zhang')).toBe('weak')
    expect(passwordStrength('1234567890ab')).toBe('weak')
    expect(passwordStrength('kettle river')).toBe('fair')
    expect(passwordStrength('kettle-river-moon')).toBe('good')
  })
})

describe('returning after signing in', () => {
  it('leads only to pages of our own', () => {
    expect(safeReturn('/contests/1/desk')).toBe('/contests/1/desk')
    for (const bad of ['//evil.example', 'https://evil.example', '/\\evil', '/sign-in?next=/x', undefined]) {
      expect(safeReturn(bad)).toBe('/contests')
    }
  })
})

describe('reasons', () => {
  it('come newest first, each once, eight at most', () => {
    expect(withReason(['a', 'b'], 'b')).toEqual(['b', 'a'])
    expect(withReason(['1', '2', '3', '4', '5', '6', '7', '8'], 'x')).toHaveLength(8)
  })
})

describe('charts', () => {
  const q = (no: number, over: Partial<QuestionResult>): QuestionResult => ({
    r: 1,
    q: no,
    type: 'single',
    stem: '',
    key: ['A'],
    answered: 40,
    correct: 10,
    voided: false,
    counts: { A: 10, B: 30 },
    ...over,
  })

  it('show accuracy in percent, and nothing where nobody answered', () => {
    expect(accuracyChart([q(1, {}), q(2, { answered: 0, correct: 0 })], 'x').series[0]?.values).toEqual([
      25,
      null,
    ])
  })

  it('show options of choice questions only', () => {
    const data = optionsChart([
      q(1, {}),
      q(2, { type: 'fill', counts: { right: 1, wrong: 2 } }),
      q(3, { counts: { C: 5 } }),
    ])
    expect(data.labels).toEqual(['1-1', '1-3'])
    expect(data.series).toEqual([
      { name: 'A', values: [10, 0] },
      { name: 'B', values: [30, 0] },
      { name: 'C', values: [0, 5] },
    ])
  })

  it('show the 15 best teams, best first', () => {
    const teams = Array.from({ length: 20 }, (_, i) => ({
      name: String(20 - i),
      place: 20 - i,
      points: i,
    })) as TeamResult[]
    const data = teamsChart(teams, 'x')
    expect(data.labels).toHaveLength(15)
    expect(data.labels[0]).toBe('1')
  })
})
