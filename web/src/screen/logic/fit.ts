/** How large a question may be shown, and how it is cut into pages when even the smallest size is too much. */

export interface FitStep {
  /** px in the 1920×1080 stage */
  stem: number
  option: number
  columns: 1 | 2
  /** Options closer together: the last means of keeping them on one page. */
  compact?: boolean
}

export interface Measured {
  /** Height of the whole stem, px; 0 when there is none. */
  stem: number
  /** Height of one line of the stem, px. */
  line: number
  /** Natural height of each option, px. */
  options: number[]
  /** Height that an option of one line has, px. */
  single: number
}

export interface Page {
  /** Lines of the stem on this page, `to` exclusive; null when the page shows no stem. */
  stem: { from: number; to: number } | null
  /** Options on this page, `to` exclusive. */
  from: number
  to: number
}

export interface Fit {
  step: FitStep
  pages: Page[]
}

export const GAP = 20
/** Between the stem and its options. */
export const BLOCK_GAP = 32

/** Between compact options. */
export const COMPACT_GAP = 10

/** Stem and option sizes from the largest to the floor. 56/44 is what the hall should get; below it only long texts go. */
export const SIZES: readonly (readonly [stem: number, option: number])[] = [
  [84, 60],
  [76, 56],
  [70, 52],
  [64, 48],
  [56, 44],
  [52, 42],
  [48, 40],
]

/** Heights of the rows that the options make in so many columns. */
export function rowHeights(options: readonly number[], columns: number): number[] {
  const rows: number[] = []
  for (let i = 0; i < options.length; i += columns) rows.push(Math.max(...options.slice(i, i + columns)))
  return rows
}

function stacked(heights: readonly number[], gap: number): number {
  return heights.reduce((sum, h) => sum + h, 0) + Math.max(0, heights.length - 1) * gap
}

export function contentHeight(m: Measured, columns: number, gap = GAP): number {
  const options = stacked(rowHeights(m.options, columns), gap)
  return m.stem + (m.stem > 0 && options > 0 ? BLOCK_GAP : 0) + options
}

/** The steps in the order in which they are tried: two columns first, but only while no option wraps in them. */
function* tries(
  measure: (step: FitStep) => Measured,
  columns: readonly (1 | 2)[],
): Generator<[FitStep, Measured]> {
  for (const [stem, option] of SIZES) {
    const both = columns.map((n): [FitStep, Measured] => {
      const step: FitStep = { stem, option, columns: n }
      return [step, measure(step)]
    })
    const flat = both.filter(([s, m]) => s.columns === 2 && m.options.every((h) => h <= m.single + 1))
    const one = both.filter(([s]) => s.columns === 1)
    const rest = both.filter(([s]) => s.columns === 2 && !flat.some(([f]) => f === s))
    yield* [...flat, ...one, ...rest]
  }
}

/** The largest step at which everything stands on one page, else the floor with pages. */
export function fit(
  measure: (step: FitStep) => Measured,
  height: number,
  columns: readonly (1 | 2)[] = [2, 1],
): Fit {
  let last: [FitStep, Measured] | undefined
  for (const [step, m] of tries(measure, columns)) {
    if (contentHeight(m, step.columns) <= height) return { step, pages: [wholePage(m)] }
    if (step.columns === 1 || last === undefined || last[0].option !== step.option) last = [step, m]
  }
  if (last === undefined) throw new Error('no steps')
  const [step, m] = last
  if (!together(m, step.columns, height, GAP)) {
    const compact: FitStep = { ...step, compact: true }
    const closer = measure(compact)
    if (contentHeight(closer, step.columns, COMPACT_GAP) <= height) {
      return { step: compact, pages: [wholePage(closer)] }
    }
    if (together(closer, step.columns, height, COMPACT_GAP)) {
      return { step: compact, pages: paginate(closer, step.columns, height, COMPACT_GAP) }
    }
  }
  return { step, pages: paginate(m, step.columns, height) }
}

export function wholePage(m: Measured): Page {
  return { stem: m.stem > 0 ? { from: 0, to: lines(m) } : null, from: 0, to: m.options.length }
}

function lines(m: Measured): number {
  return m.line > 0 ? Math.round(m.stem / m.line) : 0
}

/** Whether all options stand on one page. */
function together(m: Measured, columns: number, height: number, gap: number): boolean {
  return stacked(rowHeights(m.options, columns), gap) <= height
}

/**
 * Cuts a question into pages: first the stem, then the options, all of them on one page where they fit, with as many of
 * the stem's last lines above them as there is room for. A stem that leaves room beside options that do not fit together
 * stays on each of their pages.
 */
export function paginate(m: Measured, columns: number, height: number, gap = GAP): Page[] {
  const rows = rowHeights(m.options, columns)
  const whole = wholePage(m)
  const room = height - m.stem - BLOCK_GAP
  if (rows.length > 0 && room >= Math.max(...rows) && !together(m, columns, height, gap)) {
    const pages = packRows(rows, room, gap)
    if (pages.length <= 3) return pages.map((p) => optionPage(whole.stem, p, columns, m.options.length))
  }
  const packed = rows.length > 0 ? packRows(rows, height, gap) : []
  const highest = Math.max(0, ...packed.map(([from, to]) => stacked(rows.slice(from, to), gap)))
  const line = Math.max(1, m.line)
  const total = lines(m)
  /** Lines that stay above the options. */
  const kept =
    packed.length > 0 ? Math.max(0, Math.min(total, Math.floor((height - highest - BLOCK_GAP) / line))) : 0
  const perPage = Math.max(1, Math.floor(height / line))
  const out: Page[] = []
  for (let from = 0; total - from > kept; from += perPage) {
    out.push({ stem: { from, to: Math.min(total, from + perPage) }, from: 0, to: 0 })
  }
  const tail = kept > 0 ? { from: total - kept, to: total } : null
  out.push(...packed.map((p) => optionPage(tail, p, columns, m.options.length)))
  return out.length > 0 ? out : [whole]
}

function optionPage(
  stem: Page['stem'],
  [from, to]: readonly [number, number],
  columns: number,
  count: number,
): Page {
  return { stem, from: Math.min(count, from * columns), to: Math.min(count, to * columns) }
}

/** Rows of each page, `to` exclusive: as few pages as they need, and about as many rows on each. */
function packRows(rows: readonly number[], room: number, gap: number): [number, number][] {
  const pages: [number, number][] = []
  let from = 0
  rows.forEach((_, i) => {
    if (i > from && stacked(rows.slice(from, i + 1), gap) > room) {
      pages.push([from, i])
      from = i
    }
  })
  pages.push([from, rows.length])
  const each = Math.ceil(rows.length / pages.length)
  const even = pages.map((_, i): [number, number] => [
    Math.min(rows.length, i * each),
    Math.min(rows.length, (i + 1) * each),
  ])
  return even.every(([a, b]) => b > a && stacked(rows.slice(a, b), gap) <= room) ? even : pages
}

/** The first of the sizes whose measured height fits, else the last one with the lines of each page. */
export function fitText(
  sizes: readonly number[],
  measure: (size: number) => { height: number; line: number },
  height: number,
): { size: number; pages: { from: number; to: number }[] } {
  let size = 0
  let measured = { height: 0, line: 1 }
  for (size of sizes) {
    measured = measure(size)
    if (measured.height <= height) break
  }
  const total = Math.max(1, Math.round(measured.height / measured.line))
  const perPage = Math.max(1, Math.floor(height / measured.line))
  const pages: { from: number; to: number }[] = []
  for (let from = 0; from < total; from += perPage) pages.push({ from, to: Math.min(total, from + perPage) })
  return { size, pages }
}
