/** Widths of names as the browser will draw them, so that a long one is set smaller instead of being cut. */

export const FONT =
  "'PingFang SC','HarmonyOS Sans SC','MiSans','Microsoft YaHei','Noto Sans CJK SC','Source Han Sans SC','Noto Sans SC',sans-serif"

let canvas: CanvasRenderingContext2D | null | undefined

/** Width of a text in em. Where there is no canvas, a wide character counts as 1 em and others as 0.6. */
export function widthInEm(text: string, weight = 700): number {
  canvas ??= document.createElement('canvas').getContext('2d')
  if (canvas) {
    canvas.font = `${weight} 100px ${FONT}`
    return canvas.measureText(text).width / 100
  }
  let width = 0
  for (const c of text) width += c > '\u2e7f' ? 1 : 0.6
  return width
}

export interface NameFit {
  size: number
  lines: number
}

/** Lines that a text takes. Wide characters break anywhere; words may leave most of a line empty, so they count one more em. */
export function linesOf(text: string, width: number, size: number): number {
  const em = widthInEm(text)
  if (em * size <= width) return 1
  const wide = [...text].every((c) => c > '\u2e7f')
  return wide
    ? Math.ceil(em / Math.max(1, Math.floor(width / size)))
    : Math.ceil((em * size) / Math.max(size, width - size))
}

/**
 * The largest of the sizes (largest first) at which a name stands in `width` px on no more lines than go with that size.
 * The last size is what remains for names that fit nowhere.
 */
export function fitName(
  text: string,
  width: number,
  sizes: readonly (readonly [size: number, lines: number])[],
): NameFit {
  for (const [size, most] of sizes) {
    const lines = linesOf(text, width, size)
    if (lines <= most) return { size, lines }
  }
  const size = sizes[sizes.length - 1]?.[0] ?? 24
  return { size, lines: linesOf(text, width, size) }
}

/** The largest of the sizes at which a name stands in a box, on as many lines as there is room for; one line is liked better. */
export function fitBox(text: string, width: number, height: number, sizes: readonly number[]): NameFit {
  for (const size of sizes) {
    if (size >= 36 && size * 1.16 <= height && linesOf(text, width, size) === 1) return { size, lines: 1 }
  }
  for (const size of sizes) {
    const lines = linesOf(text, width, size)
    if (lines * size * 1.16 <= height) return { size, lines }
  }
  const size = sizes[sizes.length - 1] ?? 12
  return { size, lines: linesOf(text, width, size) }
}
