/** How large a question may be shown, and how it is cut into pages when even the smallest size is too much. */

export interface FitStep {
  /** px in the 1920×1080 stage */
  stem: number
  option: number
  columns: 1 | 2
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

/** Stem and option sizes from the largest to the floor. 56/44 is what the hall should get; below it only long texts go. */
export const SIZES: readonly (readonly [stem: number, option: number])[] = [
  [84, 60],
  [76, 56],
  [70, 52],
  [64, 48],
  [56, 44],
  [52, 42],
  [48, 40],
  [44, 38],
  [40, 36],
]

/** Heights of the rows that the options make in so many columns. */
export function rowHeights(options: readonly number[], columns: number): number[] {
  const rows: number[] = []
  for (let i = 0; i < options.length; i += columns) rows.push(Math.max(...options.slice(i, i + columns)))
  return rows
}

function stacked(heights: readonly number[]): number {
  return heights.reduce((sum, h) => sum + h, 0) + Math.max(0, heights.length - 1) * GAP
}

export function contentHeight(m: Measured, columns: number): number {
  const options = stacked(rowHeights(m.options, columns))
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
  return { step: last[0], pages: paginate(last[1], last[0].columns, height) }
}

export function wholePage(m: Measured): Page {
  return { stem: m.stem > 0 ? { from: 0, to: lines(m) } : null, from: 0, to: m.options.length }
}

function lines(m: Measured): number {
  return m.line > 0 ? Math.round(m.stem / m.line) : 0
}

/** Cuts a question into pages: the stem stays on each while there is room beside it for the options, else it comes first. */
export function paginate(m: Measured, columns: number, height: number): Page[] {
  const rows = rowHeights(m.options, columns)
  const whole = wholePage(m)
  const room = height - m.stem - BLOCK_GAP
  if (rows.length > 0 && room >= Math.max(...rows)) {
    const pages = packRows(rows, room, room)
    if (pages.length <= 3) return pages.map((p) => optionPage(whole.stem, p, columns, m.options.length))
  }
  const out: Page[] = []
  const perPage = Math.max(1, Math.floor(height / Math.max(1, m.line)))
  const total = lines(m)
  for (let from = 0; from < total; from += perPage) {
    out.push({ stem: { from, to: Math.min(total, from + perPage) }, from: 0, to: 0 })
  }
  const tail = out[out.length - 1]
  const used = tail?.stem ? (tail.stem.to - tail.stem.from) * m.line + BLOCK_GAP : 0
  const packed = packRows(rows, tail === undefined ? height : height - used, height)
  packed.forEach(([from, to], i) => {
    const page = optionPage(null, [from, to], columns, m.options.length)
    if (i === 0 && tail !== undefined) {
      tail.from = page.from
      tail.to = page.to
    } else if (to > from) out.push(page)
  })
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

/** Rows of each page, `to` exclusive. The first page has a room of its own and may stay empty. */
function packRows(rows: readonly number[], first: number, next: number): [number, number][] {
  const pages: [number, number][] = []
  let from = 0
  let room = first
  let used = 0
  rows.forEach((h, i) => {
    const need = used === 0 ? h : used + GAP + h
    if (need <= room || (i === from && pages.length > 0)) {
      used = need
      return
    }
    pages.push([from, i])
    from = i
    room = next
    used = h
  })
  pages.push([from, rows.length])
  return pages
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
