/** Where the name of a team may be broken: 云梭 / 研发党支部, and not 云梭研 / 发党支部. */

const ORDINAL = '(?:第[一二三四五六七八九十百零〇0-9]+)?'
const FIELD =
  '(?:机关|研发|生产|质量|市场|运营|运维|产品|综合|行政|财务|人事|人力资源|技术|工程|销售|后勤|物业|离退休|退休|青年|联合)?'
const BODY =
  '(?:党总支|党支部|团总支|团支部|党委|团委|党组|支部|工会|代表队|小组|战队|小队|[一二三四五六七八九十]队|队)'
/** What belongs together at the end of a name: a number, a field of work and what the thing is. */
const UNIT = new RegExp(`${ORDINAL}${FIELD}${ORDINAL}${BODY}`, 'g')
const WIDE = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]/

interface Segments {
  segment: (text: string) => Iterable<{ segment: string }>
}
type SegmenterClass = new (locale: string, options: { granularity: 'word' }) => Segments

let segmenter: Segments | null | undefined

/** Words by the browser's dictionary; a single character goes with its neighbour. Old browsers know no words. */
function words(text: string): string[] {
  if (segmenter === undefined) {
    const Segmenter = (Intl as { Segmenter?: SegmenterClass }).Segmenter
    segmenter = Segmenter ? new Segmenter('zh', { granularity: 'word' }) : null
  }
  if (!segmenter) return [text]
  const out: string[] = []
  for (const { segment } of segmenter.segment(text)) {
    const last = out[out.length - 1]
    if (last !== undefined && ([...segment].length === 1 || [...last].length === 1)) {
      out[out.length - 1] = last + segment
    } else out.push(segment)
  }
  return out
}

const known = new Map<string, string[]>()

/** The pieces of a name that should each stay on one line. Names without wide characters break at their blanks anyway. */
export function namePieces(name: string): string[] {
  const before = known.get(name)
  if (before) return before
  const pieces: string[] = []
  let at = 0
  if (WIDE.test(name)) {
    for (const match of name.matchAll(UNIT)) {
      if (match.index > at) pieces.push(...words(name.slice(at, match.index)))
      pieces.push(...halves(match[0]))
      at = match.index + match[0].length
    }
    if (at < name.length) pieces.push(...words(name.slice(at)))
  } else pieces.push(...(name.match(/\S+\s*|\s+/g) ?? [name]))
  // A single character does not stand alone.
  for (let i = pieces.length - 1; i > 0; i--) {
    if ([...(pieces[i] ?? '')].length > 1 && [...(pieces[i - 1] ?? '')].length > 1) continue
    pieces.splice(i - 1, 2, (pieces[i - 1] ?? '') + (pieces[i] ?? ''))
  }
  if (known.size > 5000) known.clear()
  known.set(name, pieces)
  return pieces
}

function halves(unit: string): string[] {
  if ([...unit].length <= 6) return [unit]
  const end = new RegExp(`${BODY}$`).exec(unit)
  return end && end.index > 0 ? [unit.slice(0, end.index), end[0]] : [unit]
}

/** Lines that pieces of these widths take at a width; Infinity when one of them is too wide for any. */
export function linesOfPieces(widths: readonly number[], width: number): number {
  let lines = 1
  let used = 0
  for (const w of widths) {
    if (w > width) return Infinity
    if (used > 0 && used + w > width) {
      lines += 1
      used = w
    } else used += w
  }
  return lines
}
