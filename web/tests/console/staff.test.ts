import { describe, expect, it } from 'vitest'
import { browserName } from '../../src/console/staff/browser'
import { detailText } from '../../src/console/staff/detail'

describe('browserName', () => {
  it.each([
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
      'Chrome · Windows',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0',
      'Edge · Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
      'Safari · iOS',
    ],
    [
      'Mozilla/5.0 (Linux; Android 14; HUAWEI) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0.50',
      '微信 · Android',
    ],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox · Linux'],
    ['curl/8.0', '未知的浏览器'],
    ['', '未知的浏览器'],
  ])('%s', (agent, name) => {
    expect(browserName(agent)).toBe(name)
  })
})

describe('detailText', () => {
  it('says what a value was and is', () => {
    expect(detailText({ role: { from: 'organizer', to: 'viewer' } })).toBe('角色：主持人 → 只读')
    expect(detailText({ disabled: { from: false, to: true } })).toBe('停用：否 → 是')
  })
  it('names settings as their form does, and others by their own name', () => {
    expect(detailText({ settings: { top_k: { from: 3, to: 7 }, limit_ms: { from: 1, to: 2 } } })).toBe(
      '设置：取前几名 3 → 7，limit_ms 1 → 2',
    )
  })
  it('keeps what it does not know, and says nothing of nothing', () => {
    expect(detailText({ something: 'x', empty: '' })).toBe('empty：—；something：x')
    expect(detailText({ bank_id: 'internal', list: ['a', 1, null] })).toBe('list：a 1 —')
    expect(detailText({})).toBe('')
  })
  it('says a step and a reason in words', () => {
    expect(detailText({ command: 'pause', reason: 'session.code_wrong' })).toContain('验证码不对')
    expect(detailText({ command: 'pause' })).toBe('步骤：暂停')
  })
})
