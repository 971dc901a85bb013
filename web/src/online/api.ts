import { ApiError, request } from '../core/api'
import type { ContestInfo, Formula, Media, Option, QuestionType } from '../core/protocol'

/** The calls of the online preliminary, as docs/openapi.yaml has them. Times are Unix ms on the server's clock. */

export type Phase = 'before' | 'practice' | 'between' | 'formal' | 'after'
export type TeamFormula = Formula | 'composite'

export interface DrawRule {
  types: QuestionType[]
  categories: string[]
  difficulties: number[]
  count: number
  points: number
}
/** The contest's settings as players may know them; durations are ms, 0 is no limit. */
export interface Rules {
  time_zone: string
  practice_opens_ms: number
  practice_closes_ms: number
  opens_ms: number
  closes_ms: number
  entry: 'roster' | 'open'
  draw: DrawRule[]
  same_paper: boolean
  shuffle_questions: boolean
  shuffle_options: boolean
  points: Partial<Record<QuestionType, number>>
  wrong: number
  partial: 'none' | 'half' | 'per_option'
  pass_mark: number
  attempts_per_day: number
  attempts_in_all: number
  counts: 'best' | 'latest' | 'cumulative'
  paper_limit_ms: number
  question_limit_ms: number
  review: 'never' | 'after_hand_in' | 'after_window'
  show_points: boolean
  people: 'all' | 'top' | 'off'
  top_shown: number
  note_leaving: boolean
  voluntary: boolean
  certificate: boolean
  keep_days: number
  notes: string
  team_formula: TeamFormula
  top_k: number
  weights: Partial<Record<Formula, number>> | null
  share_ranks: boolean
}
export interface UnitChoice {
  id: string
  name: string
  group: string
}
/** GET /online/:code */
export interface Card {
  contest: ContestInfo & { id: string; code: string }
  status: 'published' | 'running' | 'finished' | 'archived'
  phase: Phase
  now_ms: number
  entry: 'roster' | 'open'
  rules: Rules
  paper: { questions: number; points: number }
  units: UnitChoice[] | null
  seed_hash: string
  /** "" until the contest is finished. */
  seed: string
}
export interface Entrant {
  id: string
  name: string
  team: { id: string; name: string }
}
/** One sitting as its owner sees it in a list; null is "not shown yet". */
export interface AttemptLine {
  id: string
  phase: 'practice' | 'formal'
  no: number
  state: 'open' | 'closing' | 'handed_in' | 'void'
  started_ms: number
  deadline_ms: number
  handed_in_ms: number
  points: number | null
  max: number
  correct: number | null
  time_ms: number
  passed: boolean | null
  review: boolean
}
/** GET /online/:code/me */
export interface Mine {
  entrant: Entrant
  phase: Phase
  now_ms: number
  attempts: AttemptLine[]
  left: { today: number | null; in_all: number | null }
  can_start: 'formal' | 'practice' | ''
  why: string
  counted: { points: number; time_ms: number } | null
}
export interface PaperQuestion {
  no: number
  type: QuestionType
  category: string
  stem: string
  options: Option[]
  points: number
  media: Media[]
  a: string[] | null
  n: number
  shown_ms: number
  closes_ms: number
}
/** GET /attempts/:id */
export interface Attempt {
  id: string
  contest: { code: string; title: string }
  phase: 'practice' | 'formal'
  no: number
  state: AttemptLine['state']
  now_ms: number
  started_ms: number
  deadline_ms: number
  question_limit_ms: number
  note_leaving: boolean
  leaves: { times: number; ms: number }
  questions: PaperQuestion[]
  at: number
}
export interface Save {
  id: string
  q: number
  n: number
  a: string[]
}
export interface Leave {
  id: string
  at_ms: number
  ms: number
}
/** POST /attempts/:id/saves */
export interface Saved {
  saved: string[]
  refused: { id: string; key: string }[]
  state: AttemptLine['state']
  now_ms: number
  deadline_ms: number
  leaves: { times: number; ms: number }
}
export interface ReviewQuestion {
  no: number
  type: QuestionType
  category: string
  stem: string
  options: Option[]
  key: string[]
  explanation: string
  source: string
  media: Media[]
  a: string[] | null
  right: boolean
  points: number
  max: number
  voided?: boolean
}
export type Review = AttemptLine & { questions: ReviewQuestion[] }

export interface BoardRow {
  id: string
  name: string
  group: string
  place: number
  points: number
  time_ms: number
  people: number
  took_part: number
  roster: number
}
/** GET /online/:code/boards */
export interface Board {
  board: 'people' | 'units'
  day: string
  days: string[]
  updated_ms: number
  catching_up: boolean
  formula: { name: TeamFormula; k: number; weights: Partial<Record<Formula, number>> | null }
  total: number
  rows: BoardRow[]
  me: (BoardRow & { neighbours: BoardRow[] }) | null
}

const base = '/api/v1'

export const findCard = (code: string): Promise<Card> => request<Card>(`${base}/online/${code}`)

export const findMine = (code: string, token: string): Promise<Mine> =>
  request<Mine>(`${base}/online/${code}/me`, { token })

/** A person's entrant; there is one for each contest, however often this is called. */
export const enterAsPerson = (code: string, token: string): Promise<{ entrant: Entrant }> =>
  request(`${base}/online/${code}/entrants`, { token, body: {} })

/** A guest's seat; the same client_id gives the same one. */
export const enterAsGuest = (
  code: string,
  body: { team_id: string; name: string; client_id: string },
): Promise<{ entrant: Entrant; token: string }> => request(`${base}/online/${code}/entrants`, { body })

export const signIn = (body: {
  number: string
  name: string
  pin: string
}): Promise<{ token: string; person: { id: string; name: string } }> =>
  request(`${base}/player/session`, { body })

export const startAttempt = (code: string, token: string, phase: 'practice' | 'formal'): Promise<Attempt> =>
  request(`${base}/online/${code}/attempts`, { token, body: { phase } })

export const findAttempt = (id: string, token: string): Promise<Attempt> =>
  request(`${base}/attempts/${id}`, { token })

export const sendSaves = (id: string, token: string, saves: Save[], left: Leave[]): Promise<Saved> =>
  request(`${base}/attempts/${id}/saves`, { token, body: { saves, left } })

export const showQuestion = (id: string, token: string, q: number): Promise<PaperQuestion> =>
  request(`${base}/attempts/${id}/show`, { token, body: { q } })

export const handIn = (id: string, token: string, saves: Save[]): Promise<AttemptLine> =>
  request(`${base}/attempts/${id}/hand-in`, { token, body: { saves } })

export const findReview = (id: string, token: string): Promise<Review> =>
  request(`${base}/attempts/${id}/review`, { token })

/** The server was not reached, or is not able to answer now: worth trying again. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status >= 500 || error.status === 429)
}
