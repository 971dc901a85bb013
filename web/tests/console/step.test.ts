import { describe, expect, it } from 'vitest'
import type { Command, KeyedQuestion, Phase } from '../../src/core/protocol'
import { counting, step, type StepState } from '../../src/console/logic/step'

const question = (no: number): KeyedQuestion => ({
  no,
  type: 'single',
  category: '',
  points: 10,
  stem: '',
  options: [],
  blanks: 0,
  media: [],
  key: ['A'],
  explanation: '',
  source: '',
  difficulty: 1,
})

function state(phase: Phase, over: Partial<StepState> = {}): StepState {
  const can: Command[] = ['next']
  return {
    phase,
    paused: false,
    break_until_ms: null,
    can,
    next: question(4),
    round: { no: 1, rounds: 1, title: '', format: 'sync', questions: 10, scoring: 'fixed' },
    question_no: 3,
    pacing: {
      auto_advance: false,
      pause_ms: 8000,
      standings: 'every',
      scores_hidden: false,
      question_on: 'both',
    },
    ...over,
  }
}
const atTheEnd = { pacing: { ...state('open').pacing, standings: 'end' as const } }

describe('the big button', () => {
  it.each<[string, StepState, string, string | null]>([
    ['the lobby starts the show', state('lobby', { question_no: 0, next: question(1) }), 'begin', 'next'],
    ['ready opens the question', state('ready'), 'open', 'next'],
    ['an open question is closed early', state('open'), 'close', 'next'],
    ['a closed one shows its key', state('closed'), 'reveal', 'next'],
    ['after a key come the standings', state('revealed'), 'standings', 'next'],
    ['or the next question, when standings wait for the end', state('revealed', atTheEnd), 'next', 'next'],
    [
      'but the last of a round has its standings',
      state('revealed', { ...atTheEnd, next: question(1) }),
      'standings',
      'next',
    ],
    ['and so has the very last', state('revealed', { ...atTheEnd, next: null }), 'standings', 'next'],
    ['standings lead on', state('standings'), 'next', 'next'],
    ['to the next round', state('standings', { next: question(1) }), 'round', 'next'],
    ['or to the final result', state('standings', { next: null }), 'final', 'next'],
    ['a finished show has no step', state('finished', { can: [] }), 'done', null],
    ['a pause is resumed first', state('open', { paused: true, can: ['resume'] }), 'resume', 'resume'],
    [
      'a break is ended first',
      state('standings', { break_until_ms: 1, can: ['next', 'end_break'] }),
      'end_break',
      'end_break',
    ],
    ['who may not go on has nothing to press', state('open', { can: [] }), 'close', null],
  ])('%s', (_, s, kind, command) => {
    expect(step(s)).toMatchObject({ kind, command })
  })

  it('names the question that comes', () => {
    expect(step(state('standings')).question).toBe(4)
  })

  it('waits while the last answers are counted', () => {
    expect(counting({ phase: 'open', paused: false, closes_ms: 1000 }, 999)).toBe(false)
    expect(counting({ phase: 'open', paused: false, closes_ms: 1000 }, 1000)).toBe(true)
    expect(counting({ phase: 'open', paused: true, closes_ms: 1000 }, 2000)).toBe(false)
    expect(counting({ phase: 'closed', paused: false, closes_ms: 1000 }, 2000)).toBe(false)
  })
})
