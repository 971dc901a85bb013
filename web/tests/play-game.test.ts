import { describe, expect, it } from 'vitest'
import {
  hasPlace,
  isComplete,
  lostQuestion,
  onScreenOnly,
  pickedOf,
  slowerBy,
  standingOf,
  timeLeft,
  toggle,
  verdictOf,
  viewOf,
  wantsReload,
} from '../src/play/live/game'
import { balance, wrap } from '../src/play/live/certificate'
import { me, question, state } from './fakes'

const reveal = { key: ['B'], explanation: '', source: '', counts: {}, answered: 1, correct: 1, media: [] }
const result = { r: 1, q: 3, answered: true, correct: true, points: 10, elapsed_ms: 4000, a: ['B'] }

describe('viewOf', () => {
  it.each([
    ['lobby', { phase: 'lobby', question: null }],
    ['ready', { phase: 'ready', question: null }],
    ['question', { phase: 'open' }],
    ['question', { phase: 'closed' }],
    ['question', { phase: 'revealed', reveal }],
    ['standings', { phase: 'standings' }],
    ['final', { phase: 'finished', question: null }],
    ['break', { phase: 'standings', break_until_ms: 1 }],
    ['break', { phase: 'revealed', break_until_ms: 1 }],
    ['question', { phase: 'open', break_until_ms: 1 }],
    ['final', { phase: 'finished', break_until_ms: 1 }],
    ['ready', { phase: 'open', question: null }],
  ] as const)('shows %s for %j', (view, over) => {
    expect(viewOf(state(over))).toBe(view)
  })
})

describe('pickedOf', () => {
  const entry = { id: 'x', r: 1, q: 3, a: ['B'], status: 'sending' } as const

  it('has nothing before a tap, nor from another question or round', () => {
    expect(pickedOf(state(), me(), null).status).toBe('none')
    expect(pickedOf(state(), me(), { ...entry, q: 2 }).status).toBe('none')
    expect(pickedOf(state(), me(), { ...entry, r: 2 }).status).toBe('none')
  })
  it('follows the outbox', () => {
    expect(pickedOf(state(), me(), entry)).toMatchObject({ status: 'sending', a: ['B'] })
    expect(pickedOf(state(), null, { ...entry, status: 'dropped', reason: 'late' })).toMatchObject({
      status: 'dropped',
      reason: 'late',
    })
  })
  it('believes the server first, as after a reload', () => {
    const mine = me({ answer: { r: 1, q: 3, a: ['C'], id: 'y' } })
    expect(pickedOf(state(), mine, null)).toMatchObject({ status: 'received', a: ['C'] })
    expect(pickedOf(state(), mine, entry)).toMatchObject({ status: 'received', a: ['C'] })
    expect(pickedOf(state({ phase: 'revealed' }), me({ result }), null)).toMatchObject({ a: ['B'] })
  })
  it('names an earlier question whose answer was not confirmed', () => {
    expect(lostQuestion(state(), { ...entry, q: 2, status: 'dropped', reason: 'lost' })).toBe(2)
    expect(lostQuestion(state(), { ...entry, status: 'dropped', reason: 'late' })).toBe(0)
    expect(lostQuestion(state(), null)).toBe(0)
  })
})

describe('verdictOf', () => {
  const revealed = state({ phase: 'revealed', reveal })
  it.each([
    ['right', result],
    ['wrong', { ...result, correct: false, points: 0 }],
    ['wrong', { ...result, correct: false, points: -10 }],
    ['part', { ...result, correct: false, points: 10 }],
    ['none', { ...result, answered: false, correct: false, points: 0 }],
    [null, { ...result, q: 2 }],
    [null, null],
  ] as const)('is %s', (verdict, r) => {
    expect(verdictOf(revealed, me({ result: r ? { ...r, a: [...r.a] } : null }))).toBe(verdict)
  })
  it('waits for the key, and a void question has no winner', () => {
    expect(verdictOf(state(), me({ result }))).toBeNull()
    expect(verdictOf(state({ voided: true }), me({ result }))).toBe('void')
  })
})

describe('the place', () => {
  it.each([
    ['nobody', { points: 0, place: 1, gap: null }],
    ['top', { points: 10, place: 1, gap: null }],
    ['gap', { points: 0, place: 7, gap: 10 }],
    ['same', { points: 20, place: 2, gap: 0 }],
    ['place', { points: 20, place: 2, gap: null }],
    [null, { points: 20, place: null, gap: null }],
  ] as const)('is %s for %j', (standing, over) => {
    expect(standingOf(me(over))).toBe(standing)
  })
  it('is none while nobody has points', () => {
    expect(hasPlace({ place: 1, points: 0 })).toBe(false)
    expect(hasPlace({ place: null, points: 5 })).toBe(false)
    expect(hasPlace({ place: 9, points: 0 })).toBe(true)
    expect(hasPlace({ place: 1, points: 5 })).toBe(true)
  })
  it('is explained by the time among equals', () => {
    const row = (id: string, place: number, points: number, elapsed_ms: number) => ({
      ...{ id, name: id, team: '', place, points, elapsed_ms },
    })
    const board = [row('a', 1, 20, 3_000), row('b', 2, 20, 5_400), row('c', 3, 10, 100), row('d', 3, 10, 100)]
    expect(['a', 'b', 'c', 'd', 'e'].map((id) => slowerBy(board, id))).toEqual([
      null,
      2_400,
      null,
      null,
      null,
    ])
  })
})

describe('time and input', () => {
  it('counts down only while open, and stands still while paused', () => {
    expect(timeLeft(state({ closes_ms: 5_000 }), 3_000)).toBe(2_000)
    expect(timeLeft(state({ paused: true, remaining_ms: 700, closes_ms: null }), 3_000)).toBe(700)
    expect(timeLeft(state({ phase: 'closed' }), 3_000)).toBeNull()
  })
  it('toggles by type', () => {
    expect(toggle('single', ['A'], 'B')).toEqual(['B'])
    expect(toggle('multiple', ['C'], 'A')).toEqual(['A', 'C'])
    expect(toggle('multiple', ['A', 'C'], 'A')).toEqual(['C'])
    expect(toggle('order', ['C'], 'A')).toEqual(['C', 'A'])
    expect(toggle('order', ['C', 'A'], 'C')).toEqual(['A'])
  })
  it('knows a complete answer', () => {
    expect(isComplete('multiple', [], 4, 0)).toBe(false)
    expect(isComplete('order', ['A', 'B'], 3, 0)).toBe(false)
    expect(isComplete('order', ['A', 'B', 'C'], 3, 0)).toBe(true)
    expect(isComplete('fill', ['x', ' '], 0, 2)).toBe(false)
    expect(isComplete('fill', ['x'], 0, 0)).toBe(true)
  })
  it('sees that the text is on the big screen', () => {
    expect(onScreenOnly(state())).toBe(false)
    expect(onScreenOnly(state({ question: question({ stem: '' }) }))).toBe(true)
  })
})

describe('wantsReload', () => {
  const idle = (build: string) => state({ phase: 'lobby', build })
  it('reloads for another build when idle, once', () => {
    expect(wantsReload(idle('b2'), 'b1', null)).toBe(true)
    expect(wantsReload(idle('b2'), 'b1', 'b2')).toBe(false)
    expect(wantsReload(idle('b1'), 'b1', null)).toBe(false)
    expect(wantsReload(state({ build: 'b2' }), 'b1', null)).toBe(false)
  })
  it('leaves development alone', () => {
    expect(wantsReload(idle('dev'), 'b1', null)).toBe(false)
    expect(wantsReload(idle('b2'), 'dev', null)).toBe(false)
  })
})

describe('the certificate', () => {
  const measure = (text: string) => [...text].length * 10
  it('breaks Chinese anywhere, words at spaces, and not before a closing mark', () => {
    expect(wrap(measure, '一二三四五', 30)).toEqual(['一二三', '四五'])
    expect(wrap(measure, 'hello big world', 90)).toEqual(['hello big', 'world'])
    expect(wrap(measure, '一二三。四', 30)).toEqual(['一二三。', '四'])
  })
  it('makes lines of about the same length', () => {
    expect(balance(measure, '一二三四五六七', 60).map((x) => x.length)).toEqual([4, 3])
  })
})
