/** Learning settings, as docs/openapi.yaml has them. */

export type LearningPeople = 'all' | 'top' | 'off'
export type UnitFormula = 'sum' | 'average' | 'roster_average'
export interface LearningSettings {
  time_zone: string
  banks: string[]
  daily: boolean
  topic: boolean
  challenge: boolean
  mistakes: boolean
  daily_size: number
  topic_sizes: number[]
  mistakes_size: number
  daily_sets: number
  topic_sets: number
  challenge_runs: number
  points_right: number
  points_set: number
  points_challenge: number
  points_day: number
  revive: boolean
  mistake_rights: number
  streaks: boolean
  voluntary: boolean
  people: LearningPeople
  top_shown: number
  unit_kind: 'enterprise' | 'branch'
  unit_formula: UnitFormula
  kiosk: boolean
  kiosk_banks: string[]
  kiosk_size: number
}
export interface LearningContest {
  id: string
  title: string
  kind: string
  status: string
}
export interface LearningBank {
  id: string
  /** Empty without access to it. */
  name: string
  mine: boolean
  questions: number
  withheld: number
  contests: LearningContest[]
  others: number
}
export interface LearningPage {
  version: number
  changed_by: string
  changed_ms: number | null
  settings: LearningSettings
  defaults: LearningSettings
  banks: LearningBank[]
  learners: number
  answers: number
}
export type NumberKey = {
  [K in keyof LearningSettings]: LearningSettings[K] extends number ? K : never
}[keyof LearningSettings]
