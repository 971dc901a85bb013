/** HTTP shapes of docs/openapi.yaml about question banks. */

import type { QuestionType } from '../../core/protocol'

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
>

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
  state: 'reading' | 'failed' | 'preview' | 'stored' | 'undone'
  staff: string
  notes: string[]
  counts: Record<RowStatus, number>
  /** What is said of rows, most often first; empty in lists. */
  said: { code: string; text: string; n: number; mend: boolean }[]
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
  const { version, type, category, stem, options, key, explanation, source, difficulty, tags } = q
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
})

/** What to edit: a question of a bank (or a new one), or a row of an import. */
export interface Editing {
  bank?: string
  id?: string
  question?: Question
  /** Instead of the bank's own call. */
  store?: (input: QuestionInput) => Promise<void>
}
