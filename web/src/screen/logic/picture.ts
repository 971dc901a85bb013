/** How large pictures are drawn. */

import type { Media } from '../../core/protocol'

export interface Size {
  width: number
  height: number
}

/** px between two pictures. */
export const GAP_BETWEEN = 20

/** A small picture is not blown up beyond this. */
const MOST = 2.5

/** The largest size within a box that keeps a picture's shape. */
export function within(m: Media, width: number, height: number): Size {
  if (m.kind === 'audio') return { width, height: Math.min(height, 320) }
  if (m.width <= 0 || m.height <= 0) return { width, height } // of a video nobody knows before it has come
  const scale = Math.min(width / m.width, height / m.height, MOST)
  return { width: Math.floor(m.width * scale), height: Math.floor(m.height * scale) }
}

/** The sizes of several in one box, below each other, or side by side in a wide one. */
export function sizesOf(media: readonly Media[], width: number, height: number): Size[] {
  const n = Math.max(1, media.length)
  const gaps = (n - 1) * GAP_BETWEEN
  return width > height * 1.3
    ? media.map((m) => within(m, (width - gaps) / n, height))
    : media.map((m) => within(m, width, (height - gaps) / n))
}

/** Widths that are tried for what stands beside a stem, the largest first: the text decides how much it can have. */
export const BESIDE = [760, 660, 560, 460, 380]

/** How wide media stand beside the text when the box may be so wide: no wider than they are drawn. */
export function besideWidth(media: readonly Media[], width: number, height: number): number {
  return Math.max(...sizesOf(media, width, height).map((s) => s.width))
}

/** px that the pictures of options may be high. */
export function optionHeight(options: number): number {
  if (options <= 2) return 300
  if (options <= 4) return 200
  return options <= 6 ? 130 : 90
}
