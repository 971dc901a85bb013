/** HTTP shapes of docs/openapi.yaml that the console reads and writes. */

import type { Command, Formula, LedgerEntry, Phase, QuestionType, Scoring, Theme } from '../core/protocol'

export type StaffRole = 'admin' | 'organizer' | 'judge' | 'viewer'
export interface Staff {
  id: string
  username: string
  name: string
  role: StaffRole
  must_change_password: boolean
  two_step: boolean
}
export interface Session {
  staff: Staff
}

export interface Account extends Staff {
  disabled: boolean
  created_ms: number
  signed_in_ms: number | null
  /** Open now. */
  sessions: number
}
export interface Invitation {
  id: string
  name: string
  username: string
  role: StaffRole
  made_by: string
  created_ms: number
  expires_ms: number
}
/** Told once: the token stands behind the #. */
export interface OneTimeLink {
  id: string
  url: string
  expires_ms: number
}
export interface LinkFound {
  kind: 'invitation' | 'reset'
  name: string
  username: string
  role: StaffRole
  made_by: string
  expires_ms: number
}
export interface OpenSession {
  id: string
  created_ms: number
  expires_ms: number
  address: string
  browser: string
  current: boolean
}
export interface Colleague {
  id: string
  username: string
  name: string
  role: StaffRole
}
export interface Member extends Colleague {
  disabled: boolean
  granted_by: string
  granted_ms: number
}
export interface AuditEntry {
  id: string
  at_ms: number
  staff_id: string
  staff_name: string
  username: string
  address: string
  action: string
  subject_kind: string
  subject_id: string
  subject_name: string
  detail: Record<string, unknown>
}

export interface Bank {
  id: string
  name: string
  questions: number
  categories: Record<string, number>
  types: Record<string, number>
}

export type ContestStatus = 'draft' | 'published' | 'running' | 'finished' | 'archived'
export type ContestKind = 'live' | 'paper'
export interface ContestSummary {
  id: string
  kind: ContestKind
  title: string
  organizer: string
  status: ContestStatus
  /** Six digits while the room is open, else "". */
  code: string
  phase: Phase | ''
  teams: number
  entrants: number
  rounds: number
  created_ms: number
  /** The formal window; 0 of a live contest. */
  opens_ms: number
  closes_ms: number
  time_zone: string
}

export type TeamFormula = Formula | 'composite'
/** The server may leave out any field that has its default. */
export interface ContestSettings {
  theme: Theme
  logo: string
  sponsor: string
  team_formula: TeamFormula
  top_k: number
  /** Of the composite formula, in percent by formula. */
  weights?: Record<string, number> | null
  share_ranks: boolean
  individual_ranks: boolean
  max_entrants: number
}
export type PartialCredit = 'none' | 'half' | 'per_option'
export interface RoundSettings {
  scoring: Scoring
  points: Record<string, number>
  wrong: number
  no_answer: number
  partial: PartialCredit
  streak_step: number
  streak_max: number
  decay_base: number
  decay_per_second: number
  fair_timing: boolean
  limit_ms: number
  ready_ms: number
  auto_advance: boolean
  pause_ms: number
  standings: 'every' | 'end'
  question_on: 'both' | 'screen'
}

export interface ContestTeam {
  id: string
  name: string
  group: string
  roster: number
  entrants: number
}
export interface RoundQuestion {
  no: number
  question_id: string
  type: QuestionType
  category: string
  stem: string
  difficulty: number
  voided: boolean
}
export interface ContestRound {
  id: string
  no: number
  title: string
  format: 'sync'
  settings: Partial<RoundSettings>
  questions: RoundQuestion[]
}
export interface Contest {
  id: string
  kind: ContestKind
  title: string
  organizer: string
  status: ContestStatus
  code: string
  phase: Phase | ''
  created_ms: number
  settings: Partial<ContestSettings>
  teams: ContestTeam[]
  rounds: ContestRound[]
}

export interface Draw {
  bank_id: string
  count: number
  types?: QuestionType[]
  categories?: string[]
}
export interface NewTeam {
  name: string
  group?: string
}
export interface NewContest {
  title: string
  organizer?: string
  settings?: Partial<ContestSettings>
  teams: NewTeam[]
  rounds: { title: string; format: 'sync'; settings?: Partial<RoundSettings>; draw: Draw }[]
}

export interface OpenRoom {
  code: string
  phase: Phase
  join_url: string
  screen_url: string
}

/** What a command carries besides its id and its name. */
export interface CommandArgs {
  seq?: number
  seconds?: number
  question_no?: number
  on?: boolean
  team_id?: string
  entrant_id?: string
  points?: number
  reason?: string
  entry_id?: string
  auto_advance?: boolean
  pause_ms?: number
  standings?: 'every' | 'end'
  question_on?: 'both' | 'screen'
}
export interface CommandBody extends CommandArgs {
  id: string
  command: Command
}
export interface CommandDone {
  seq: number
  phase: Phase
}

/** An entry with what its step led to; entries of an older server come without. */
export interface FullLedgerEntry extends LedgerEntry {
  /** The phase that it led to, or "". */
  phase?: Phase | ''
  /** Of blank and hide_scores: what it set. */
  on?: boolean | null
  /** Of extend: by how much the time changed; of break: how long. */
  seconds?: number | null
  before?: Record<string, unknown>
  after?: Record<string, unknown>
}

export interface TeamResult {
  id: string
  name: string
  group: string
  place: number
  points: number
  people: number
  roster: number
  answers: number
  correct: number
  adjustments: number
}
export interface PersonResult {
  id: string
  name: string
  team_id: string
  team: string
  place: number
  points: number
  answers: number
  correct: number
  elapsed_ms: number
  adjustments: number
}
export interface QuestionResult {
  r: number
  q: number
  type: QuestionType
  stem: string
  key: string[]
  answered: number
  correct: number
  voided: boolean
  counts: Record<string, number>
}
export interface Results {
  contest_id: string
  title: string
  finished: boolean
  formula: Formula
  k: number
  teams: TeamResult[]
  people: PersonResult[]
  questions: QuestionResult[]
}
