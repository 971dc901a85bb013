import { describe, expect, it } from 'vitest'
import { describe as told, kindText } from '../../src/console/logic/describe'
import type { FullLedgerEntry } from '../../src/console/types'

const entry = (kind: string, over: Partial<FullLedgerEntry> = {}): FullLedgerEntry => ({
  id: '1',
  seq: 1,
  at_ms: 0,
  kind,
  operator: '李',
  round_no: 1,
  question_no: 2,
  team: '',
  entrant: '',
  points: 0,
  reason: '',
  phase: '',
  on: null,
  seconds: null,
  reverses: '',
  reversed_by: '',
  undoable: false,
  ...over,
})

describe('an entry of the log', () => {
  it.each<[FullLedgerEntry, string]>([
    [entry('next', { phase: 'ready' }), '下一题'],
    [entry('next', { phase: 'open' }), '开题'],
    [entry('next', { phase: 'closed' }), '截止'],
    [entry('next', { phase: 'revealed' }), '公布答案'],
    [entry('next', { phase: 'standings' }), '显示排名'],
    [entry('next', { phase: 'finished' }), '公布最终成绩'],
    [entry('next'), '下一步'],
    [entry('lock', { phase: 'closed' }), '截止'],
    [entry('blank', { on: true }), '黑屏 开'],
    [entry('blank', { on: false }), '黑屏 关'],
    [entry('hide_scores', { on: true }), '隐藏分数'],
    [entry('hide_scores', { on: false }), '显示分数'],
    [entry('extend', { seconds: 5 }), '调整时间 +5 秒'],
    [entry('extend', { seconds: -3 }), '调整时间 −3 秒'],
    [entry('break', { seconds: 600 }), '休息 10 分钟'],
    [entry('break', { seconds: 90 }), '休息 1 分 30 秒'],
    [entry('break', { seconds: 45 }), '休息 45 秒'],
    [entry('unvoid', { reverses: '0' }), '撤销作废题目'],
  ])('says what the step did: %#', (e, text) => {
    expect(kindText(e)).toBe(text)
  })

  it('says about whom it is', () => {
    expect(told(entry('next', { phase: 'open' }))).toBe('开题 · 第 1 轮第 2 题')
    expect(told(entry('adjust', { team: '第三支部', points: -10, reason: '违规提示' }))).toBe(
      '加减分 · 第三支部 · −10（违规提示）',
    )
  })
})
