/** The lobby's tiles: every team in sight at once, as large as they may be. */

export interface Grid {
  columns: number
  rows: number
  /** Tiles on one page. */
  size: number
}

const shapes: readonly (readonly [columns: number, rows: number])[] = [
  [1, 3],
  [2, 3],
  [2, 4],
  [3, 4],
  [3, 5],
  [4, 5],
  [4, 6],
  [5, 6],
  [5, 7],
  [5, 8],
  [6, 8],
  [7, 8],
  [7, 9],
]

/** The smallest grid that holds so many tiles; more than 63 turn pages. */
export function tileGrid(count: number): Grid {
  for (const [columns, rows] of shapes) {
    if (columns * rows >= count) return { columns, rows, size: columns * rows }
  }
  return { columns: 7, rows: 9, size: 63 }
}
