import type { Media, Question, Reveal } from '../../../core/protocol'
import type { QuestionInput, QuestionMedia } from '../types'
import { letter } from '../types'

const ref = ({ kind, part, url, alt, width, height }: QuestionMedia): Media => ({
  kind,
  part,
  url,
  alt,
  width,
  height,
})

/** A question as a room would put it. */
export function asked(q: QuestionInput, media: readonly QuestionMedia[], category: string): Question {
  const blanks = q.stem.match(/_{2,}/g)?.length ?? 1
  return {
    no: 1,
    type: q.type,
    category,
    points: q.type === 'multiple' ? 20 : 10,
    stem: q.stem || '…',
    options: q.options.map((text, i) => ({ id: letter(i), text })),
    blanks: q.type === 'fill' ? blanks : 0,
    media: media.filter((m) => m.part !== 'explanation').map(ref),
  }
}

export function revealed(q: QuestionInput, media: readonly QuestionMedia[]): Reveal {
  return {
    key: q.key,
    explanation: q.explanation,
    source: q.source,
    counts: {},
    answered: 0,
    correct: 0,
    media: media.filter((m) => m.part === 'explanation').map(ref),
  }
}
