/** HTTP shapes of docs/openapi.yaml, "Paper contests, for staff". */

import type { QuestionType } from '../../core/protocol'
import type { PublicDraw, PublicRules } from '../../core/rules'
import type { ContestSettings, ContestStatus } from '../types'

export interface DrawRule extends PublicDraw {
  bank_id: string
}
/** paper.Settings of the program. */
export type PaperSettings = Omit<
  PublicRules,
  'draw' | 'team_formula' | 'top_k' | 'weights' | 'share_ranks' | 'points'
> & { draw: DrawRule[]; points: Record<QuestionType, number> }

export interface PaperTemplate {
  key: string
  kind: 'paper' | 'live'
  settings: ContestSettings
  paper: PaperSettings | null
}
export interface UnitChoice {
  id: string
  parent_id: string
  kind: 'park' | 'enterprise' | 'branch'
  name: string
  /** Of the unit itself, not of those below it. */
  people: number
}
export interface PaperChoices {
  templates: PaperTemplate[]
  units: UnitChoice[]
}

export interface DrawCheck {
  enough: boolean
  /** Of one paper. */
  questions: number
  /** That papers are drawn from. */
  pool: number
  /** Left out because another question asks the same. */
  duplicates: number
  /** By rule: fit counts what fits other rules too, have is its own after those were shared out. */
  rules: { want: number; fit: number; have: number }[]
  /** The expected share of a paper's questions that another person's paper has too, 0 to 1. */
  repeats: number
  /** Formal attempts that one person has at most; unlimited counts as 100. */
  attempts: number
  /** The expected share of questions on all those papers that the person has had before. */
  again: number
}

export type PaperPhase = 'before' | 'practice' | 'between' | 'formal' | 'after'
export interface PaperTeam {
  id: string
  unit_id: string
  name: string
  group: string
  roster: number
  entrants: number
}
export interface PaperContest {
  id: string
  title: string
  organizer: string
  kind: 'paper'
  status: ContestStatus
  phase: PaperPhase
  code: string
  join_url: string
  created_ms: number
  now_ms: number
  settings: ContestSettings
  paper: PaperSettings
  seed_hash: string
  /** Empty until it is finished. */
  seed: string
  teams: PaperTeam[]
  entrants: number
  /** Of any phase, also open ones. */
  attempts: number
}

export interface PaperDraft {
  title: string
  organizer: string
  settings: ContestSettings
  paper: PaperSettings
  units: string[]
}

export interface ProgressTeam {
  id: string
  name: string
  group: string
  roster: number
  entrants: number
  took_part: number
}
export interface PaperProgress {
  now_ms: number
  roster: number
  entrants: number
  took_part: number
  open: number
  handed_in: number
  practice: number
  void: number
  by_clock: number
  average: number | null
  teams: ProgressTeam[]
  days: { day: string; handed_in: number; people: number }[]
  hours: { hour: number; began: number; done: number }[]
}
export interface TakingPart {
  entrant_id: string
  name: string
  open: number
  handed_in: number
  points: number | null
}
export interface TeamPeople {
  team: ProgressTeam
  entered: TakingPart[]
  absent: TakingPart[]
}
export interface StaffAttempt {
  id: string
  entrant_id: string
  name: string
  team_id: string
  team: string
  phase: 'practice' | 'formal'
  no: number
  state: 'open' | 'closing' | 'handed_in' | 'void'
  started_ms: number
  deadline_ms: number
  handed_in_ms: number
  handed_in_by: '' | 'person' | 'clock' | 'staff'
  points: number
  max: number
  correct: number
  answered: number
  questions: number
  time_ms: number
  void_reason: string
}
export interface AttemptQuestion {
  no: number
  question_id: string
  type: QuestionType
  category: string
  stem: string
  options: { id: string; text: string }[]
  /** The bank's letters in the order in which this person saw them. */
  shown: string
  key: string[]
  a: string[]
  right: boolean
  points: number
  max: number
  voided: boolean
}
export interface AttemptDetail {
  attempt: StaffAttempt
  questions: AttemptQuestion[]
  saves: { question_no: number; a: string[]; at_ms: number }[]
  events: {
    kind: 'shown' | 'left' | 'device'
    question_no: number
    at_ms: number
    ms: number
    device: string
  }[]
}
export interface AnalysedQuestion {
  question_id: string
  rule: number
  type: QuestionType
  category: string
  stem: string
  options: { id: string; text: string }[]
  key: string[]
  difficulty: number
  voided: boolean
  drawn: number
  answered: number
  correct: number
  counts: Record<string, number>
}
/** A question of the pool is given another key, or made void or valid; null leaves that. */
export interface Correction {
  question_id: string
  key: string[] | null
  voided: boolean | null
}
export interface CorrectionImpact {
  attempts: number
  changed: number
  people: number
  up: number
  down: number
  /** The largest ones. */
  moves: { entrant_id: string; name: string; team: string; before: number; after: number }[]
}
