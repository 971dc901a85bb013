/** What two texts have in common and what not, for showing changes. */

export interface Piece {
  /** -1 only in the old text, 0 in both, 1 only in the new one. */
  side: -1 | 0 | 1
  text: string
}

// Chinese changes by the character; words and numbers of other scripts change as a whole.
const TOKEN = /\d+(?:\.\d+)?|[\p{Script=Latin}\p{M}'-]+|\s+|[\s\S]/gu

/** Beyond so many comparisons texts are shown as exchanged as a whole. */
const MOST = 4_000_000

/** The pieces of both texts in order, as few changes as there can be. */
export function diff(before: string, after: string): Piece[] {
  const a = before.match(TOKEN) ?? []
  const b = after.match(TOKEN) ?? []
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  )
    tail++
  const out: Piece[] = []
  put(out, 0, a.slice(0, head))
  middle(out, a.slice(head, a.length - tail), b.slice(head, b.length - tail))
  put(out, 0, a.slice(a.length - tail))
  return out
}

function put(out: Piece[], side: Piece['side'], tokens: readonly string[]): void {
  if (tokens.length === 0) return
  const last = out.at(-1)
  if (last?.side === side) last.text += tokens.join('')
  else out.push({ side, text: tokens.join('') })
}

/** The longest common subsequence; of each place the old text comes before the new one. */
function middle(out: Piece[], a: readonly string[], b: readonly string[]): void {
  if (a.length * b.length > MOST || a.length === 0 || b.length === 0) {
    put(out, -1, a)
    put(out, 1, b)
    return
  }
  const width = b.length + 1
  const lcs = new Uint16Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lcs[i * width + j] =
        a[i] === b[j]
          ? (lcs[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lcs[(i + 1) * width + j] ?? 0, lcs[i * width + j + 1] ?? 0)
  let i = 0
  let j = 0
  let gone: string[] = []
  let come: string[] = []
  const flush = (): void => {
    put(out, -1, gone)
    put(out, 1, come)
    gone = []
    come = []
  }
  while (i < a.length || j < b.length) {
    const x = a[i]
    const y = b[j]
    if (x !== undefined && x === y) {
      flush()
      put(out, 0, [x])
      i++
      j++
    } else if (
      x !== undefined &&
      (y === undefined || (lcs[(i + 1) * width + j] ?? 0) >= (lcs[i * width + j + 1] ?? 0))
    ) {
      gone.push(x)
      i++
    } else if (y !== undefined) {
      come.push(y)
      j++
    }
  }
  flush()
}

/** Whether so little is left in common that marking the changes would only confuse. */
export function unlike(pieces: readonly Piece[]): boolean {
  let same = 0
  let all = 0
  for (const p of pieces) {
    all += p.text.length
    if (p.side === 0) same += 2 * p.text.length
  }
  return all > 0 && same / (all + same / 2) < 0.25
}
