import { beforeAll, describe, expect, it } from 'vitest'
import type { Card, Mine } from '../src/online/api'
import { phaseAt, phaseEnds } from '../src/online/contest'
import { passed } from '../src/online/countdown'
import { parse } from '../src/online/route'
import { stepOf } from '../src/online/step'
import { loadTexts } from '../src/online/text'
import { clockText, dayOf, dayText, lengthText, moment, untilText } from '../src/online/when'

beforeAll(async () => {
  localStorage.setItem('leitai.lang', 'zh-CN')
  await loadTexts()
})

const at = (iso: string) => Date.parse(iso)

describe('days and times', () => {
  it('are those of the contest’s zone, also across midnight', () => {
    expect(dayOf(at('2026-11-22T15:59:00Z'), 'Asia/Shanghai')).toBe('2026-11-22')
    expect(dayOf(at('2026-11-22T16:00:00Z'), 'Asia/Shanghai')).toBe('2026-11-23')
    expect(moment(at('2026-11-22T16:00:00Z'), 'Asia/Shanghai', at('2026-11-22T10:00:00Z'))).toBe('明天 00:00')
    expect(moment(at('2026-11-22T10:05:00Z'), 'Asia/Shanghai', at('2026-11-22T10:00:00Z'))).toBe('今天 18:05')
    expect(moment(at('2026-11-30T10:00:00Z'), 'Asia/Shanghai', at('2026-11-22T10:00:00Z'))).toBe(
      '11月30日 18:00',
    )
    expect(moment(at('2027-01-02T10:00:00Z'), 'Asia/Shanghai', at('2026-11-22T10:00:00Z'))).toBe(
      '2027年1月2日 18:00',
    )
  })
  it('follow a change of clocks', () => {
    // Berlin goes back at 01:00 UTC: 02:30 comes twice.
    expect(moment(at('2026-10-25T00:30:00Z'), 'Europe/Berlin', at('2026-10-24T20:00:00Z'))).toBe('明天 02:30')
    expect(moment(at('2026-10-25T01:30:00Z'), 'Europe/Berlin', at('2026-10-24T20:00:00Z'))).toBe('明天 02:30')
    expect(dayText('2026-10-25', '2026-10-24')).toBe('明天')
  })
  it.each([
    [599_000, '9:59'],
    [0, '0:00'],
    [-5, '0:00'],
    [1, '0:01'],
    [3_723_000, '1:02:03'],
  ])('%i ms on a clock is %s', (ms, text) => {
    expect(clockText(ms)).toBe(text)
  })
  it.each([
    [600_000, '10 分钟'],
    [90_000, '1 分钟 30 秒'],
    [45_000, '45 秒'],
    [5_400_000, '1 小时 30 分钟'],
    [0, '0 秒'],
  ])('%i ms are %s', (ms, text) => {
    expect(lengthText(ms)).toBe(text)
  })
  it('count days and hours until far away, and a clock when near', () => {
    expect(untilText(3 * 86_400_000 + 4 * 3_600_000)).toBe('3 天 4 小时')
    expect(untilText(3_600_000)).toBe('1:00:00')
    expect(untilText(61_000)).toBe('1:01')
  })
})

describe('the countdown', () => {
  it('tells five minutes, one minute and ten seconds, each once', () => {
    expect(passed(300_100, 299_900)).toBe(300_000)
    expect(passed(299_900, 299_700)).toBe(0)
    expect(passed(60_200, 59_900)).toBe(60_000)
    expect(passed(10_100, 9_900)).toBe(10_000)
    // The phone slept: only the last that was passed.
    expect(passed(400_000, 9_000)).toBe(10_000)
    expect(passed(400_000, -1)).toBe(0)
  })
})

describe('a contest’s phase', () => {
  const card = (rules: object, phase = 'before') =>
    ({
      phase,
      rules: { practice_opens_ms: 0, practice_closes_ms: 0, opens_ms: 300, closes_ms: 400, ...rules },
    }) as Card
  it('turns by the clock', () => {
    const c = card({ practice_opens_ms: 100, practice_closes_ms: 200 })
    expect([50, 100, 200, 300, 400].map((t) => phaseAt(c, t))).toEqual([
      'before',
      'practice',
      'between',
      'formal',
      'after',
    ])
    expect(
      (['before', 'practice', 'between', 'formal', 'after'] as const).map((p) => phaseEnds(c, p)),
    ).toEqual([100, 200, 300, 400, 0])
  })
  it('is over when staff closed it', () => {
    expect(phaseAt(card({}, 'after'), 350)).toBe('after')
    expect(phaseEnds(card({}), 'before')).toBe(300)
  })
})

describe('the big button', () => {
  const mine = (m: object) =>
    ({ attempts: [], can_start: '', why: '', phase: 'formal', ...m }) as unknown as Mine
  it.each([
    ['waits before it opens', 'before', mine({}), { do: 'wait' }],
    ['starts', 'formal', mine({ can_start: 'formal' }), { do: 'start', phase: 'formal' }],
    [
      'practises',
      'practice',
      mine({ phase: 'practice', can_start: 'practice' }),
      { do: 'start', phase: 'practice' },
    ],
    [
      'starts when the clock opened it since',
      'formal',
      mine({ phase: 'before' }),
      { do: 'start', phase: 'formal' },
    ],
    ['says why not', 'formal', mine({ why: 'attempt.none_left' }), { do: 'done', why: 'attempt.none_left' }],
    [
      'goes on with what is open, also when the contest is over',
      'after',
      mine({ attempts: [{ id: 'a', state: 'closing', phase: 'formal' }] }),
      { do: 'go_on', attempt: 'a', phase: 'formal' },
    ],
    ['leads to the boards at the end', 'after', mine({}), { do: 'over' }],
  ] as const)('%s', (_, phase, m, step) => {
    expect(stepOf(phase, m)).toEqual(step)
  })
})

describe('addresses', () => {
  it.each([
    ['/o/482915', { page: 'contest', code: '482915' }],
    ['/o/482915/boards', { page: 'boards', code: '482915' }],
    ['/o/482915/paper/x1', { page: 'paper', code: '482915', attempt: 'x1' }],
    ['/o/482915/nowhere', { page: 'lost' }],
    ['/me/learn/set/s1', { page: 'learn', mode: 'set', set: 's1' }],
    ['/in/abc', { page: 'link', token: 'abc' }],
    ['/kiosk', { page: 'kiosk' }],
    ['/me/x', { page: 'lost' }],
  ])('%s', (path, route) => {
    expect(parse(path)).toEqual(route)
  })
})
