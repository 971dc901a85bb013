import { fillTexts } from '../../core/fill'
import type { Question, Reveal } from '../../core/protocol'

/** One bar of the distribution: an option, or right/wrong where there are no options to choose from. */
export interface Bar {
  id: string
  /** Text of the option; "" for right and wrong, which the catalogue names. */
  text: string
  kind: 'option' | 'order' | 'right' | 'wrong'
  right: boolean
  count: number
  /** Whole per cent of those who answered. */
  percent: number
  /** Place in the right order (from 1) for an `order` question, whose options have no bars; else 0. */
  order: number
}

export function bars(question: Question, reveal: Reveal): Bar[] {
  const total = Math.max(1, reveal.answered)
  const percent = (n: number): number => Math.round((n / total) * 100)
  const plain = (kind: 'right' | 'wrong', count: number): Bar => ({
    id: kind,
    text: '',
    kind,
    right: kind === 'right',
    count,
    percent: percent(count),
    order: 0,
  })
  if (question.options.length === 0) {
    return [
      plain('right', reveal.counts['right'] ?? reveal.correct),
      plain('wrong', reveal.counts['wrong'] ?? Math.max(0, reveal.answered - reveal.correct)),
    ]
  }
  const rows = question.options.map((option): Bar => {
    const count = reveal.counts[option.id] ?? 0
    const at = reveal.key.indexOf(option.id)
    return {
      id: option.id,
      text: option.text,
      kind: question.type === 'order' ? 'order' : 'option',
      right: question.type !== 'order' && at >= 0,
      count,
      percent: percent(count),
      order: question.type === 'order' ? at + 1 : 0,
    }
  })
  return question.type === 'order' ? rows.sort((a, b) => a.order - b.order) : rows
}

/**
 * The key in words: letters one after another, an order with arrows. Of a fill the first accepted text; the others are
 * `also`.
 */
export function keyText(question: Question, reveal: Reveal): { main: string; also: string[] } {
  if (question.type === 'judge') {
    // "B" alone says nothing: the hall asks whether it is true.
    const text = (id: string): string => question.options.find((o) => o.id === id)?.text ?? ''
    return { main: reveal.key.map((id) => `${id} ${text(id)}`.trim()).join(' '), also: [] }
  }
  if (question.options.length > 0) {
    return { main: reveal.key.join(question.type === 'order' ? ' → ' : ' '), also: [] }
  }
  const [main = '', ...also] = fillTexts(reveal.key, question.blanks)
  return { main, also }
}

export function rate(reveal: Reveal): number {
  return Math.round((reveal.correct / Math.max(1, reveal.answered)) * 100)
}
