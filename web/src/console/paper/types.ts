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
