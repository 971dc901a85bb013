import { describe, expect, it } from 'vitest'
import { blanksOf, fillTexts } from '../src/core/fill'

describe('the key of a fill question', () => {
  it.each([
    ['我国国歌是____。', 1],
    ['火警____，急救____', 2],
    ['没有空', 1],
    ['a __ b _ c ______', 2],
  ])('%s has %i blanks', (stem, n) => {
    expect(blanksOf(stem)).toBe(n)
  })
  it('parts blanks, and leaves the text of a single blank alone', () => {
    expect(fillTexts(['119|120', '一一九 ｜ 一二〇'], 2)).toEqual(['119 / 120', '一一九 / 一二〇'])
    expect(fillTexts(['a|b'], 1)).toEqual(['a|b'])
  })
})
