import { request } from '../core/api'
import { createI18n, type Params } from '../core/i18n'
import type { Media, Option, QuestionType } from '../core/protocol'
import zh, { type LearnKey } from '../locales/zh-CN/learn'
import { locale } from './text'

/** The learning modes: calls and texts. A kiosk has the same calls without a person. */

export type Mode = 'daily' | 'topic' | 'challenge' | 'mistakes'
export interface StudyHome {
  questions: number
  modes: { mode: Mode; sizes: number[] | null; today: number; cap: number; open: string }[]
  points: { today: number; cap: number; month: number; all: number }
  best: number
  streak: { days: number; today: boolean } | null
  mistakes: number
  rules: { points_right: number; points_set: number; revive: boolean; mistake_rights: number }
  boards: { people: 'all' | 'top' | 'off' }
}
export interface Topic {
  id: string
  kind: 'category' | 'tag'
  name: string
  questions: number
  seen: number
  right: number
  open: string
}
export interface StudyQuestion {
  no: number
  type: QuestionType
  category: string
  stem: string
  options: Option[]
  blanks: number
  media: Media[] | null
  hint: boolean
  hinted: boolean
}
export interface StudySet {
  id: string
  mode: Mode
  topic: string
  state: 'open' | 'stopped' | 'finished'
  total: number
  correct: number
  wrong: number
  points: number
  can_revive: boolean
  dots: { no: number; state: 'right' | 'wrong' | 'skipped' | 'open' }[]
  question: StudyQuestion | null
}
export interface Outcome {
  no: number
  skipped: boolean
  a: string[]
  right: boolean
  points: number
  withheld: boolean
  key: string[]
  explanation: string
  source: string
  media: Media[] | null
  set: StudySet
}
/** A question with its key: it was answered. */
export interface Known {
  type: QuestionType
  category: string
  stem: string
  options: Option[]
  key: string[]
  explanation: string
  source: string
  media: Media[] | null
}
/** An answer in a set; without its question when that was removed or a contest has it now. */
export interface Given {
  no: number
  a: string[]
  right: boolean
  withheld: boolean
  question: Known | null
}
export interface Mistake {
  question_id: string
  question: Known | null
  withheld: boolean
  times: number
  rights: number
}
export type Period = 'month' | 'quarter' | 'all'
export interface StudyBoard {
  showing: 'all' | 'top' | 'off'
  total: number
  rows: { id: string; name: string; unit: string; place: number; points: number }[]
  me: { id: string; place: number; points: number } | null
}
export interface KioskHome {
  on: boolean
  size: number
  modes: Mode[]
  topics: Topic[]
}

/** Where sets are: /study for a person, /kiosk for nobody. */
export class Study {
  constructor(
    private readonly at: 'study' | 'kiosk',
    private readonly token = '',
  ) {}
  private call<T>(path: string, body?: unknown, method?: string): Promise<T> {
    return request<T>(`/api/v1/${this.at}${path}`, {
      body,
      ...(this.token ? { token: this.token } : {}),
      ...(method ? { method } : {}),
    })
  }
  home = (): Promise<StudyHome> => this.call('')
  kiosk = (): Promise<KioskHome> => this.call('')
  topics = (): Promise<{ topics: Topic[] }> => this.call('/topics')
  begin = (mode: Mode, topic = '', size = 0): Promise<StudySet> => this.call('/sets', { mode, topic, size })
  set = (id: string): Promise<StudySet> => this.call(`/sets/${id}`)
  answer = (id: string, save: string, q: number, a: readonly string[]): Promise<Outcome> =>
    this.call(`/sets/${id}/answers`, { id: save, q, a })
  hint = (id: string, q: number): Promise<{ source: string }> => this.call(`/sets/${id}/hint`, { q })
  revive = (id: string): Promise<StudySet> => this.call(`/sets/${id}/revive`, {})
  finish = (id: string): Promise<StudySet> => this.call(`/sets/${id}/finish`, {})
  review = (id: string): Promise<{ answers: Given[] }> => this.call(`/sets/${id}/review`)
  mistakes = (skip = 0): Promise<{ mistakes: Mistake[]; total: number }> =>
    this.call(`/mistakes?limit=50&skip=${skip}`)
  drop = (question: string): Promise<void> => this.call(`/mistakes/${question}`, undefined, 'DELETE')
  board = (board: 'people' | 'units', period: Period): Promise<StudyBoard> =>
    this.call(`/board?board=${board}&period=${period}`)
}

let own = (key: LearnKey, _?: Params): string => zh[key]
export const l = (key: LearnKey, params?: Params): string => own(key, params)
export async function prepare(): Promise<void> {
  own = (await createI18n(zh, async () => (await import('../locales/en/learn')).default, locale)).t
}
