import type { ContestInfo, Media, Option, QuestionType } from '../core/protocol'
import type { PublicRules } from '../core/rules'

/** The calls of the online preliminary, as docs/openapi.yaml has them. Times are Unix ms on the server's clock. */

export type Phase = 'before' | 'practice' | 'between' | 'formal' | 'after'

/** The contest's settings as players may know them; durations are ms, 0 is no limit. */
export type Rules = PublicRules
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
  /** points: null where papers differ in what they are worth. */
  paper: { questions: number; points: number | null }
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
  handed_in_ms: number | null
  points: number | null
  max: number
  correct: number | null
  time_ms: number | null
  passed: boolean | null
  review: boolean
  void_reason: string
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
  /** Of a fill question, else 0. */
  blanks: number
  points: number
  media: Media[]
  a: string[] | null
  n: number
  /** Of a question that came alone; null before, and where all come at once. */
  shown_ms: number | null
  closes_ms: number | null
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
  /** Questions of the paper, also those that are not shown yet. */
  size: number
  questions: PaperQuestion[]
  /** The question that is shown alone; 0 before the first. */
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
  blanks: number
  key: string[]
  explanation: string
  source: string
  media: Media[]
  a: string[] | null
  right: boolean
  points: number
  max: number
  voided: boolean
}
/** GET /attempts/:id/review */
export interface Review {
  attempt: AttemptLine
  questions: ReviewQuestion[]
}

export interface BoardRow {
  id: string
  name: string
  group: string
  /** 0 when it is not told. */
  place: number
  points: number
  time_ms: number
  people: number
  took_part: number
  roster: number
}
export interface BoardFormula {
  name: string
  k: number
  weights: Record<string, number> | null
}
/** GET /online/:code/boards */
export interface Board {
  board: 'people' | 'units'
  day: string
  days: string[]
  updated_ms: number
  catching_up: boolean
  /** later: after the contest. */
  shown: 'all' | 'top' | 'off' | 'later'
  formula: BoardFormula | null
  total: number
  rows: BoardRow[]
  me: (BoardRow & { neighbours: BoardRow[] }) | null
}
/** What would gain a place, and other ways of doing it. */
export interface Gain {
  key: string
  params: Record<string, string | number>
  also: Gain[]
}
/** GET /online/:code/unit: a captain's own unit. */
export interface UnitPage {
  team: { id: string; name: string }
  /** 0 without one yet. */
  place: number
  of: number
  points: number
  formula: BoardFormula
  gain: Gain
  catching_up: boolean
  voluntary: boolean
  roster: number
  took_part: { name: string; points: number; attempts: number }[]
  absent: { name: string }[]
  absent_count: number
  weak: { category: string; right: number; answered: number }[]
}
/** GET /online/:code/draw, after the end. */
export interface Draw {
  seed: string
  rules: unknown
  pool: { rule_no: number; question_id: string; version: number }[]
  algorithm: string
}
/** POST /online/:code/redraw */
export interface Redraw {
  questions: { no: number; question_id: string; version: number; options: string }[]
  matches: boolean
}
/** GET /player/contests */
export interface MyContest {
  code: string
  title: string
  organizer: string
  phase: Phase
  opens_ms: number
  closes_ms: number
  state: 'new' | 'begun' | 'done'
}
/** GET /player */
export interface Player {
  person: { id: string; name: string; phone: string }
  unit?: { id: string; name: string } | null
  captain_of?: { id: string; name: string }[]
}
