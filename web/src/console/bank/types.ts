/** HTTP shapes of docs/openapi.yaml about question banks. */

import type { QuestionType } from '../../core/protocol'

/** An uploaded file. */
export interface StoredMedia {
  id: string
  kind: 'image' | 'audio' | 'video'
  type: string
  size: number
  width: number
  height: number
  url: string
}

/** A file with the part of the question that it stands with: stem, explanation, or an option's letter. */
export type QuestionMedia = Pick<StoredMedia, 'id' | 'kind' | 'width' | 'height' | 'url'> & {
  part: string
  alt: string
}

export type MediaInput = Pick<QuestionMedia, 'id' | 'part' | 'alt'>

export interface Question {
  id: string
  bank_id: string
  version: number
  type: QuestionType
  category: string
  stem: string
  options: string[]
  key: string[]
  explanation: string
  source: string
  difficulty: number
  tags: string[]
  media: QuestionMedia[]
  retired: boolean
  deleted: boolean
  used: number
  answers: number
  right: number
  updated_ms: number
}

export type QuestionInput = Pick<
  Question,
  | 'version'
  | 'type'
  | 'category'
  | 'stem'
  | 'options'
  | 'key'
  | 'explanation'
  | 'source'
  | 'difficulty'
  | 'tags'
> & { media: MediaInput[] }

export interface PastVersion {
  question: Question
  replaced_ms: number
  replaced_by: string
}

export type RowStatus = 'ok' | 'warning' | 'error'

export interface Import {
  id: string
  bank_id: string | null
  file_name: string
  format: string
  state: 'reading' | 'failed' | 'preview' | 'storing' | 'stored' | 'undoing' | 'undone'
  staff: string
  notes: string[]
  counts: Record<RowStatus, number>
  /** What is said of rows, most often first; empty in lists. */
  said: { code: string; text: string; n: number; mend: boolean }[]
  /** Rows by type and by category, most first; empty in lists. */
  types: { name: string; n: number }[]
  categories: { name: string; n: number }[]
  /** Rows read so far. */
  progress: number
  /** Why it failed, '' otherwise. */
  fault: string
  added: number
  known: number
  created_ms: number
}

export interface ImportRow {
  no: number
  row: number
  sheet: string
  status: RowStatus
  question: Question
  notes: { status: RowStatus; code: string; text: string; cell: string; mend: string }[]
}

export const questionTypes: QuestionType[] = ['single', 'multiple', 'judge', 'fill', 'order']

/** Bands of the share of right answers, as the list filters by them. */
export const accuracies = ['0-20', '20-50', '50-80', '80-100', 'none'] as const

export const letter = (i: number): string => String.fromCharCode(65 + i)

export function inputOf(q: Question): QuestionInput {
  const { version, type, category, stem, options, key, explanation, source, difficulty, tags, media } = q
  return {
    version,
    type,
    category,
    stem,
    options: [...options],
    key: [...key],
    explanation,
    source,
    difficulty,
    tags: [...tags],
    media: media.map(({ id, part, alt }) => ({ id, part, alt })),
  }
}

export const emptyQuestion = (): QuestionInput => ({
  version: 0,
  type: 'single',
  category: '',
  stem: '',
  options: ['', '', '', ''],
  key: [],
  explanation: '',
  source: '',
  difficulty: 3,
  tags: [],
  media: [],
})

/** What to edit: a question of a bank (or a new one), or a row of an import. */
export interface Editing {
  bank?: string
  id?: string
  question?: Question
  /** Instead of the bank's own call. */
  store?: (input: QuestionInput) => Promise<void>
}
