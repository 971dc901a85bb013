import { describe, expect, it } from 'vitest'
import type { FitStep, Measured } from '../../src/screen/logic/fit'
import {
  BLOCK_GAP,
  GAP,
  SIZES,
  contentHeight,
  fit,
  fitText,
  paginate,
  rowHeights,
} from '../../src/screen/logic/fit'

/** A browser that sets square characters: so many of them on a line of 1400 px. */
function paper(stem: number, options: number[]): (step: FitStep) => Measured {
  return (step) => {
    const line = Math.round(step.stem * 1.4)
    const width = (step.columns === 2 ? 690 : 1400) - step.option * 3
    const option = (n: number): number =>
      Math.ceil(n / Math.floor(width / step.option)) * step.option * 1.35 + step.option * 0.65
    return {
      stem: Math.ceil(stem / Math.floor(1400 / step.stem)) * line,
      line,
      options: options.map(option),
      single: step.option * 2,
    }
  }
}

describe('fitting a question', () => {
  it('shows a short one at the largest size, its options side by side', () => {
    const fitted = fit(paper(20, [4, 4, 4, 4]), 790)
    expect(fitted.step).toEqual({ stem: 84, option: 60, columns: 2 })
    expect(fitted.pages).toEqual([{ stem: { from: 0, to: 2 }, from: 0, to: 4 }])
  })
  it('prefers one column to options that wrap in two', () => {
    expect(fit(paper(20, [16, 16]), 790).step).toEqual({ stem: 84, option: 60, columns: 1 })
  })
  it('shrinks in steps, never below 48 and 40 px', () => {
    const sizes = [20, 80, 120, 160, 300].map((n) => fit(paper(n, [30, 30, 30, 30]), 790).step.stem)
    expect(sizes).toEqual(sizes.slice().sort((a, b) => b - a))
    expect(Math.min(...SIZES.map(([stem]) => stem))).toBe(48)
    expect(Math.min(...SIZES.map(([, option]) => option))).toBe(40)
    expect(sizes.every((s) => s >= 48)).toBe(true)
  })
  it('fits what it calls fitting', () => {
    for (const stem of [1, 62, 81, 120, 200, 300]) {
      for (const options of [[], [2, 2], [20, 20, 20, 20], [40, 40, 40, 40, 40, 40]]) {
        const measure = paper(stem, options)
        const { step, pages } = fit(measure, 790)
        if (pages.length === 1) expect(contentHeight(measure(step), step.columns)).toBeLessThanOrEqual(790)
      }
    }
  })
})

describe('paging a question that is too long at the floor', () => {
  const every = (m: Measured, height: number, columns: number): void => {
    const pages = paginate(m, columns, height)
    const seen = pages.flatMap((p) => Array.from({ length: p.to - p.from }, (_, i) => p.from + i))
    expect([...new Set(seen)]).toEqual(m.options.map((_, i) => i))
    expect(seen).toHaveLength(m.options.length)
    const lines = new Set(
      pages.flatMap((p) =>
        p.stem ? Array.from({ length: p.stem.to - p.stem.from }, (_, i) => (p.stem?.from ?? 0) + i) : [],
      ),
    )
    expect(lines.size).toBe(Math.round(m.stem / m.line))
    for (const p of pages) {
      const stem = p.stem ? (p.stem.to - p.stem.from) * m.line : 0
      const rows = rowHeights(m.options.slice(p.from, p.to), columns)
      const list = rows.reduce((a, b) => a + b, 0) + Math.max(0, rows.length - 1) * GAP
      expect(stem + (stem && list ? BLOCK_GAP : 0) + list).toBeLessThanOrEqual(height)
    }
  }
  it('keeps a stem of moderate length on each page', () => {
    const m = { stem: 280, line: 56, options: Array.from({ length: 6 }, () => 200), single: 72 }
    expect(paginate(m, 1, 790)).toEqual([
      { stem: { from: 0, to: 5 }, from: 0, to: 2 },
      { stem: { from: 0, to: 5 }, from: 2, to: 4 },
      { stem: { from: 0, to: 5 }, from: 4, to: 6 },
    ])
  })
  it('shows a long stem first, and then the options by themselves', () => {
    const pages = paginate({ stem: 728, line: 56, options: [200, 200, 200, 200, 200], single: 72 }, 1, 790)
    expect(pages[0]).toEqual({ stem: { from: 0, to: 13 }, from: 0, to: 0 })
    expect(pages.slice(1).map((p) => [p.stem, p.from, p.to])).toEqual([
      [{ from: 11, to: 13 }, 0, 3],
      [{ from: 11, to: 13 }, 3, 5],
    ])
  })
  it('keeps the options together, under the last lines of the stem', () => {
    const m = { stem: 560, line: 56, options: [100, 100, 100, 100, 100, 100], single: 72 }
    expect(paginate(m, 1, 790)).toEqual([
      { stem: { from: 0, to: 10 }, from: 0, to: 0 },
      { stem: { from: 9, to: 10 }, from: 0, to: 6 },
    ])
  })
  it('moves options closer before it parts them', () => {
    const measure = (step: FitStep): Measured => ({
      stem: 600,
      line: 60,
      options: Array.from({ length: 6 }, () => (step.compact ? 116 : 140)),
      single: 72,
    })
    const { step, pages } = fit(measure, 790, [1])
    expect(step.compact).toBe(true)
    expect(pages).toEqual([
      { stem: { from: 0, to: 10 }, from: 0, to: 0 },
      { stem: null, from: 0, to: 6 },
    ])
  })
  it.each([
    [{ stem: 2240, line: 56, options: [120, 120, 120, 120], single: 72 }, 1],
    [{ stem: 560, line: 56, options: [300, 700, 100, 100, 400, 100], single: 72 }, 1],
    [{ stem: 1000 * 56, line: 56, options: [], single: 72 }, 1],
    [{ stem: 112, line: 56, options: Array.from({ length: 26 }, () => 121), single: 72 }, 2],
    [{ stem: 0, line: 56, options: [500, 500, 500], single: 72 }, 1],
  ])('cuts nothing off (%#)', (m, columns) => {
    every(m, 790, columns)
  })
})

describe('fitting an explanation', () => {
  const text = (n: number) => (size: number) => ({
    height: Math.ceil(n / Math.floor(1600 / size)) * size * 1.4,
    line: size * 1.4,
  })
  it('takes the first size that fits', () => {
    expect(fitText([56, 46, 34], text(60), 600)).toEqual({ size: 56, pages: [{ from: 0, to: 3 }] })
  })
  it('pages the smallest', () => {
    const { size, pages } = fitText([56, 46, 34], text(2000), 600)
    expect(size).toBe(34)
    expect(pages[0]).toEqual({ from: 0, to: 12 })
    expect(pages[pages.length - 1]?.to).toBe(43)
  })
})
