import { describe, expect, it } from 'vitest'
import type { Question, Reveal } from '../../src/core/protocol'
import { cleanCode, readAddress, shortURL } from '../../src/screen/logic/address'
import { bars, keyText, rate } from '../../src/screen/logic/bars'
import { screenLocale } from '../../src/screen/logic/language'
import { sceneAfter, sceneOf } from '../../src/screen/logic/scene'
import { stemParts } from '../../src/screen/logic/stem'
import { clockText, remaining, wholeSeconds } from '../../src/screen/logic/time'
import { fitBox, fitName, linesOf } from '../../src/screen/logic/width'

function question(over: Partial<Question> = {}): Question {
  const options = ['甲', '乙', '丙'].map((text, i) => ({ id: 'ABC'.charAt(i), text }))
  return {
    no: 1,
    type: 'single',
    category: '',
    points: 10,
    stem: '题干',
    options,
    blanks: 0,
    media: [],
    ...over,
  }
}
function reveal(over: Partial<Reveal> = {}): Reveal {
  return { key: ['A'], explanation: '', source: '', counts: {}, answered: 0, correct: 0, media: [], ...over }
}

describe('the address', () => {
  it('gives code and view', () => {
    expect(readAddress('/screen/482915', '?view=teams')).toEqual({ code: '482915', view: 'teams' })
    expect(readAddress('/screen/482915/', '')).toEqual({ code: '482915', view: 'stage' })
    expect(readAddress('/screen', '?view=nonsense')).toEqual({ code: '', view: 'stage' })
    expect(readAddress('/screen/48291', '').code).toBe('')
  })
  it('takes codes as people type them', () => {
    expect(cleanCode(' 482 915 ')).toBe('482915')
    expect(cleanCode('４８２９１５')).toBe('482915')
  })
  it('is shown without what nobody types', () => {
    expect(shortURL('https://quiz.example.com/j/482915?b=1')).toBe('quiz.example.com/j/482915')
  })
})

describe('the language', () => {
  it('is Chinese on any machine, and English when asked for, in this tab', () => {
    expect(navigator.language).toMatch(/^en/)
    localStorage.setItem('leitai.lang', 'en')
    expect(screenLocale('')).toBe('zh-CN')
    expect(screenLocale('?lang=en')).toBe('en')
    expect(screenLocale('?view=teams')).toBe('en')
    expect(screenLocale('?lang=zh-CN')).toBe('zh-CN')
    expect(screenLocale('')).toBe('zh-CN')
    localStorage.clear()
  })
})

describe('the scene', () => {
  const state = { phase: 'open' as const, question: question(), reveal: null, scores_hidden: false }
  const none = { teams: false, people: false }
  const all = { teams: true, people: true }
  it.each([
    ['lobby', 'stage', none, 'lobby'],
    ['ready', 'stage', none, 'ready'],
    ['open', 'stage', none, 'question'],
    ['closed', 'stage', all, 'question'],
    ['revealed', 'stage', all, 'reveal'],
    ['standings', 'stage', all, 'standings'],
    ['standings', 'stage', none, 'hidden'],
    ['standings', 'question', all, 'reveal'],
    ['finished', 'stage', all, 'final'],
    ['finished', 'stage', none, 'hidden'],
    ['finished', 'question', all, 'waiting'],
    ['open', 'teams', all, 'standings'],
    ['open', 'teams', none, 'waiting'],
    ['open', 'people', all, 'people'],
    ['lobby', 'timer', none, 'timer'],
    ['finished', 'audience', all, 'audience'],
  ] as const)('in %s, view %s', (phase, view, known, scene) => {
    expect(sceneOf({ ...state, phase, reveal: reveal() }, view, known)).toBe(scene)
  })
  it('of a closed room is the closing view, or the final standings', () => {
    expect(sceneAfter('question', 'open')).toBe('over')
    expect(sceneAfter('timer', 'open')).toBe('over')
    expect(sceneAfter('standings', 'standings')).toBe('over')
    expect(sceneAfter('final', 'finished')).toBe('final')
    expect(sceneAfter('hidden', 'finished')).toBe('over')
  })
  it('never shows old standings while scores are hidden', () => {
    const hidden = { ...state, scores_hidden: true }
    expect(sceneOf(hidden, 'teams', all)).toBe('hidden')
    expect(sceneOf(hidden, 'people', all)).toBe('hidden')
  })
})

describe('the distribution', () => {
  it('has a bar for every option, chosen or not', () => {
    const rows = bars(question(), reveal({ counts: { A: 30, B: 10 }, answered: 40 }))
    expect(rows.map((r) => [r.id, r.right, r.count, r.percent])).toEqual([
      ['A', true, 30, 75],
      ['B', false, 10, 25],
      ['C', false, 0, 0],
    ])
  })
  it('of a fill is right and wrong', () => {
    const rows = bars(
      question({ type: 'fill', options: [], blanks: 1 }),
      reveal({ counts: { right: 3, wrong: 1 }, answered: 4 }),
    )
    expect(rows.map((r) => [r.kind, r.count, r.right])).toEqual([
      ['right', 3, true],
      ['wrong', 1, false],
    ])
  })
  it('of an order stands in the right order', () => {
    const rows = bars(question({ type: 'order' }), reveal({ key: ['C', 'A', 'B'] }))
    expect(rows.map((r) => [r.id, r.order])).toEqual([
      ['C', 1],
      ['A', 2],
      ['B', 3],
    ])
  })
  it('survives nobody having answered', () => {
    expect(bars(question(), reveal()).every((r) => r.percent === 0)).toBe(true)
    expect(rate(reveal())).toBe(0)
  })
  it('names the key', () => {
    expect(keyText(question({ type: 'multiple' }), reveal({ key: ['A', 'C'] })).main).toBe('A C')
    expect(keyText(question({ type: 'order' }), reveal({ key: ['C', 'A'] })).main).toBe('C → A')
    const judge = question({
      type: 'judge',
      options: [
        { id: 'A', text: '正确' },
        { id: 'B', text: '错误' },
      ],
    })
    expect(keyText(judge, reveal({ key: ['B'] })).main).toBe('B 错误')
    const fill = question({ type: 'fill', options: [], blanks: 2 })
    expect(keyText(fill, reveal({ key: ['江山|民心', '甲|乙'] }))).toEqual({
      main: '江山 / 民心',
      also: ['甲 / 乙'],
    })
  })
})

describe('a stem with blanks', () => {
  it.each([
    ['一____二____', 2, ['一', 1, '二', 2]],
    ['一（　）二( )', 2, ['一', 1, '二', 2]],
    ['没有标记', 1, ['没有标记', 1]],
    ['__开头', 1, [1, '开头']],
    ['（注）一__', 1, ['（注）一', 1]],
  ])('%s', (stem, blanks, parts) => {
    expect(stemParts(stem, 'fill', blanks).map((p) => (p.kind === 'text' ? p.text : p.no))).toEqual(parts)
  })
  it('keeps the marks around a blank with it', () => {
    expect(stemParts('一只“看不见的____”。', 'fill', 1)).toEqual([
      { kind: 'text', text: '一只“看不见的' },
      { kind: 'blank', no: 1, lead: '', tail: '”。' },
    ])
    expect(stemParts('“____”是', 'fill', 1)).toEqual([
      { kind: 'blank', no: 1, lead: '“', tail: '”' },
      { kind: 'text', text: '是' },
    ])
  })
  it('is left alone when it is no fill', () => {
    expect(stemParts('选择____（ ）', 'single', 0)).toEqual([{ kind: 'text', text: '选择____（ ）' }])
  })
})

describe('time', () => {
  const open = { phase: 'open' as const, paused: false, remaining_ms: null, closes_ms: 10_000 }
  it('runs to the close by the server clock', () => {
    expect(remaining(open, 4000)).toBe(6000)
    expect(remaining(open, 11_000)).toBe(0)
    expect(remaining({ ...open, phase: 'closed' }, 4000)).toBeNull()
  })
  it('stands still in a pause', () => {
    expect(remaining({ ...open, paused: true, remaining_ms: 5200, closes_ms: null }, 99_999)).toBe(5200)
  })
  it('shows 1 as the last second', () => {
    expect([20_000, 19_999, 1000, 40, 0, -5].map(wholeSeconds)).toEqual([20, 20, 1, 1, 0, 0])
  })
  it('shows breaks in minutes', () => {
    expect([299_000, 3_723_000, 0].map(clockText)).toEqual(['4:59', '1:02:03', '0:00'])
  })
})

describe('names', () => {
  it('take lines by whole characters', () => {
    const em = linesOf('云锦纺织第一支部', 96, 24)
    expect(em).toBe(2)
    expect(linesOf('云锦', 96, 24)).toBe(1)
  })
  it('are set smaller, not cut', () => {
    expect(fitName('云锦纺织', 200, [[40, 1]])).toEqual({ size: 40, lines: 1 })
    expect(
      fitName('云锦纺织第一支部', 200, [
        [40, 1],
        [24, 1],
      ]),
    ).toEqual({ size: 24, lines: 1 })
    const long = '江苏长江智能制造研究院有限公司机关第二党支部联合代表队'
    const fitted = fitBox(long, 91, 59, [24, 20, 16, 14, 12, 11, 10])
    expect(fitted.lines * fitted.size * 1.16).toBeLessThanOrEqual(59)
  })
})
