/** A stem cut at its blanks, so that each can be drawn as a line. */

export type StemPart =
  | { kind: 'text'; text: string }
  /** With the marks that must not be parted from it by a line break: “ before it, ”。 after it. */
  | { kind: 'blank'; no: number; lead: string; tail: string }

// Two or more low lines, or brackets with nothing but space in them.
const BLANK = /_{2,}|＿+|[（(][\s\u00a0\u3000]*[)）]|【[\s\u00a0\u3000]*】/g

const LEAD = /[“‘「『《〈（(【[]+$/
const TAIL = /^[”’」』》〉）)】\]，。、；：！？…,.;:!?%％]+/

/** Blanks that the text does not mark come after it; other kinds of question keep their text as it is. */
export function stemParts(stem: string, type: string, blanks: number): StemPart[] {
  if (type !== 'fill') return [{ kind: 'text', text: stem }]
  const parts: StemPart[] = []
  let at = 0
  let no = 0
  const put = (text: string): void => {
    if (text !== '') parts.push({ kind: 'text', text })
  }
  for (const match of stem.matchAll(BLANK)) {
    if (match.index < at) continue
    const before = stem.slice(at, match.index)
    const lead = LEAD.exec(before)?.[0] ?? ''
    const end = match.index + match[0].length
    const tail = TAIL.exec(stem.slice(end))?.[0] ?? ''
    put(before.slice(0, before.length - lead.length))
    no += 1
    parts.push({ kind: 'blank', no, lead, tail })
    at = end + tail.length
  }
  put(stem.slice(at))
  while (no < blanks) {
    no += 1
    parts.push({ kind: 'blank', no, lead: '', tail: '' })
  }
  return parts
}
