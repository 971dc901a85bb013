export type Cell = string | number
export type SortDir = 'ascending' | 'descending'
export interface Sort {
  by: string
  dir: SortDir
}

const collator = new Intl.Collator('zh-CN', { numeric: true })

/**
 * Stable sort by one column; text by pinyin, numbers by value. The keys are read once each, so 10,000
 * rows take some tens of milliseconds.
 */
export function sortRows<R>(rows: readonly R[], value: (row: R) => Cell, dir: SortDir): R[] {
  const sign = dir === 'ascending' ? 1 : -1
  return rows
    .map((row, at) => ({ row, at, key: value(row) }))
    .sort((a, b) => {
      const c =
        typeof a.key === 'number' && typeof b.key === 'number'
          ? a.key - b.key
          : collator.compare(String(a.key), String(b.key))
      return c === 0 ? a.at - b.at : c * sign
    })
    .map((x) => x.row)
}

/** Rows in which every word of the query occurs somewhere. */
export function searchRows<R>(rows: readonly R[], query: string, text: (row: R) => string): R[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return [...rows]
  return rows.filter((row) => {
    const hay = text(row).toLowerCase()
    return words.every((w) => hay.includes(w))
  })
}

export interface Page<R> {
  rows: R[]
  page: number
  pages: number
}

/** One page, the number clamped to what there is. */
export function pageRows<R>(rows: readonly R[], page: number, size: number): Page<R> {
  const pages = Math.max(1, Math.ceil(rows.length / size))
  const at = Math.min(Math.max(1, page), pages)
  return { rows: rows.slice((at - 1) * size, at * size), page: at, pages }
}

/** A column of a table of T. */
export interface Column<T> {
  key: string
  title: string
  value: (row: T) => Cell
  /** Numbers stand at the right and sort downwards first. */
  number?: boolean
  sortable?: boolean
  /** What the cell shows, when it is not the value itself. */
  text?: (row: T) => string
  width?: string
  /** Left out on a phone. */
  minor?: boolean
}
