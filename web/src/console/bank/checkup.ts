/** HTTP shapes of docs/openapi.yaml about a bank's checkup, and how its findings are said. */

import { t, tOr } from '../i18n'
import type { Question } from './types'

export type Severity = 'error' | 'warning' | 'hint'
export type FindingState = 'open' | 'mended' | 'dismissed'
export type Kind =
  | 'conflict'
  | 'nobody'
  | 'wrong_choice'
  | 'duplicate'
  | 'near'
  | 'same_options'
  | 'ranges'
  | 'all_of_above'
  | 'long_stem'
  | 'letters'
  | 'judges'
  | 'length'
  | 'no_explanation'
  | 'no_source'
  | 'everybody'
  | 'unchosen'
  | 'similar'

export interface KindCounts {
  kind: Kind
  severity: Severity
  open: number
  mended: number
  dismissed: number
}

export interface Checkup {
  state: 'none' | 'running' | 'done' | 'failed'
  progress: number
  questions: number
  stale: boolean
  message: string
  staff: string
  started_ms: number
  ended_ms: number
  kinds: KindCounts[]
  cut: Kind[]
}

export interface Finding {
  no: number
  kind: Kind
  severity: Severity
  state: FindingState
  detail: {
    percent: number
    count: number
    of: number
    letters: Record<string, number>
    options: string[]
    pages: number
    chars: number
    differs: string[]
    value: string
  }
  mends: ('delete' | 'retire' | 'shuffle' | 'move_last' | 'source')[]
  count: number
  questions: Question[]
  change_id: string
}

/** Findings of two or more questions that are shown side by side. */
export const pairKinds: readonly Kind[] = ['conflict', 'duplicate', 'near', 'similar']

/** Findings about the bank as a whole: a list of questions. */
export const bankKinds: readonly Kind[] = ['letters', 'judges', 'length', 'no_explanation', 'no_source']

/** A finding's numbers in a sentence. */
export function sayFinding(f: Finding): string {
  const { count: n, of, percent: p, options, letters } = f.detail
  const l = options.join('、')
  switch (f.kind) {
    case 'conflict':
    case 'duplicate':
      return t('doctor.say.group', { n: f.count })
    case 'near':
    case 'similar': {
      const what = f.detail.differs.map((d) => tOr(`doctor.differs.${d}`, d)).join('、')
      const likeness = t('doctor.say.likeness', { p })
      return what === '' ? likeness : `${likeness} · ${t('doctor.differs', { what })}`
    }
    case 'nobody':
    case 'everybody':
      return t('doctor.say.answers', { n, of, p })
    case 'wrong_choice':
      return t('doctor.say.wrong_choice', { n, of, p, l, m: letters[l] ?? 0 })
    case 'unchosen':
      return t('doctor.say.unchosen', { of, l })
    case 'same_options':
    case 'ranges':
    case 'all_of_above':
      return t('doctor.say.options', { l })
    case 'long_stem':
      return t('doctor.say.pages', { n: f.detail.chars, p: f.detail.pages })
    case 'letters': {
      const k = Object.keys(letters).length
      return t('doctor.say.letters', { n, of, p, l, k, even: Math.round(100 / Math.max(1, k)) })
    }
    case 'judges':
      return t('doctor.say.judges', {
        n,
        of,
        p,
        v: t(f.detail.value === 'false' ? 'question.false' : 'question.true'),
      })
    case 'length':
      return f.severity === 'hint'
        ? t('doctor.say.length_few', { m: f.count })
        : t('doctor.say.length', { n, of, p, m: f.count })
    case 'no_explanation':
    case 'no_source':
      return t('doctor.say.missing', { n, of, p })
  }
}
