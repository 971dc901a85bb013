/** A stem cut at its blanks, so that each can be drawn as a line. */

export type StemPart = { kind: 'text'; text: string } | { kind: 'blank'; no: number }

// Two or more low lines, or brackets with nothing but space in them.
const BLANK = /_{2,}|＿+|[（(][\s\u00a0\u3000]*[)）]|【[\s\u00a0\u3000]*】/g

/** Blanks that the text does not mark come after it; other kinds of question keep their text as it is. */
export function stemParts(stem: string, type: string, blanks: number): StemPart[] {
  if (type !== 'fill') return [{ kind: 'text', text: stem }]
  const parts: StemPart[] = []
  let at = 0
  let no = 0
  for (const match of stem.matchAll(BLANK)) {
    if (match.index > at) parts.push({ kind: 'text', text: stem.slice(at, match.index) })
    no += 1
    parts.push({ kind: 'blank', no })
    at = match.index + match[0].length
  }
  if (at < stem.length) parts.push({ kind: 'text', text: stem.slice(at) })
  while (no < blanks) {
    no += 1
    parts.push({ kind: 'blank', no })
  }
  return parts
}
