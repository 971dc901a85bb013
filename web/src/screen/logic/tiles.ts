import { linesOfPieces } from './names'

/** The lobby's tiles: one size of letters for all of them, as large as may be. */

export interface Tiles {
  columns: number
  rows: number
  /** Tiles on one page. */
  size: number
  pages: number
  /** Of the names, px. */
  font: number
  /** Of the number of people, px. */
  count: number
  width: number
  height: number
  /** On the left and on the right, px. */
  padding: number
}

export interface Space {
  width: number
  height: number
  /** Between tiles. */
  gap: number
  /** A few teams do not become giants. */
  highest: number
}

/** Readable from the last row; smaller only for names that fit nowhere, and then on pages of few tiles. */
export const FLOOR = 28
const LARGE = [72, 64, 56, 52, 48, 44, 40, 38, 36, 34, 32, 30, FLOOR] as const
const SMALL = [26, 24, 22, 20, 18, 16, 14, 12] as const
const FEW = 12
const COLUMNS = 7
/** Borders and the space before the number, px: .tile in screen.css. */
const AROUND = 14

export function countSize(font: number): number {
  return Math.max(34, Math.min(60, Math.round(font * 1.1)))
}

/**
 * The grid for names whose pieces have these widths (in em): as few pages as hold every name at a readable size, and on
 * them the columns that let the letters be largest. `digits` is the room for the number of people, in digits.
 */
export function tileGrid(names: readonly (readonly number[])[], digits: number, space: Space): Tiles {
  for (let pages = 1; ; pages++) {
    const size = Math.max(1, Math.ceil(names.length / pages))
    const large = best(names, size, digits, space, LARGE)
    if (large) return { ...large, size, pages }
    if (size > FEW) continue
    const small = best(names, size, digits, space, SMALL)
    return { ...(small ?? grid(size, Math.min(2, size), 12, space)), size, pages }
  }
}

type Shape = Omit<Tiles, 'size' | 'pages'>

function grid(size: number, columns: number, font: number, space: Space): Shape {
  const rows = Math.ceil(size / columns)
  return {
    columns,
    rows,
    font,
    count: countSize(font),
    padding: Math.max(10, Math.round(font * 0.35)),
    width: Math.floor((space.width - space.gap * (columns - 1)) / columns),
    height: Math.min(space.highest, Math.floor((space.height - space.gap * (rows - 1)) / rows)),
  }
}

function best(
  names: readonly (readonly number[])[],
  size: number,
  digits: number,
  space: Space,
  fonts: readonly number[],
): Shape | null {
  for (const font of fonts) {
    let found: Shape | null = null
    let fewest = Infinity
    for (let columns = 1; columns <= Math.min(COLUMNS, size); columns++) {
      const shape = grid(size, columns, font, space)
      if (shape.count + 8 > shape.height) continue
      const width = shape.width - AROUND - 2 * shape.padding - digits * shape.count * 0.6
      let most = 0
      for (const name of names) {
        most = Math.max(most, linesOfPieces(name, width / font))
        if (most * font * 1.16 + 8 > shape.height) break
      }
      // Of two grids with the same letters the one with names on fewer lines.
      if (most * font * 1.16 + 8 <= shape.height && most < fewest) {
        found = shape
        fewest = most
      }
    }
    if (found) return found
  }
  return null
}
