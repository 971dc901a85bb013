import type { QuestionType } from '../../core/protocol'
import type { ContestSettings, RoundSettings } from '../types'

/** Defaults of docs/openapi.yaml, for what the server leaves out. */
export const contestDefaults: ContestSettings = {
  theme: 'red-gold',
  logo: '',
  sponsor: '',
  team_formula: 'average',
  top_k: 5,
  share_ranks: true,
  individual_ranks: true,
  max_entrants: 12_000,
}

export const questionTypes: QuestionType[] = ['single', 'multiple', 'judge', 'fill', 'order']

const pointsDefaults: Record<QuestionType, number> = {
  single: 10,
  multiple: 20,
  judge: 10,
  fill: 10,
  order: 10,
}

export const roundDefaults: RoundSettings = {
  scoring: 'fixed',
  points: pointsDefaults,
  wrong: 0,
  no_answer: 0,
  partial: 'none',
  streak_step: 0,
  streak_max: 500,
  decay_base: 100,
  decay_per_second: 30,
  fair_timing: true,
  limit_ms: 20_000,
  ready_ms: 3_000,
  auto_advance: false,
  pause_ms: 8_000,
  standings: 'every',
  question_on: 'both',
}

export function fullContestSettings(s: Partial<ContestSettings>): ContestSettings {
  return { ...contestDefaults, ...s }
}

export function fullRoundSettings(s: Partial<RoundSettings>): RoundSettings {
  return { ...roundDefaults, ...s, points: { ...pointsDefaults, ...s.points } }
}

/** What the rules come to, in numbers that a sentence can be built from. */
export interface Example {
  /** Points for a right answer after a fifth, half and all of the time; by order for the first and the others. */
  early: number
  half: number
  late: number
}

/** How much a right answer to a single choice brings at three moments; the formulas are those of docs. */
export function example(s: RoundSettings): Example {
  const full = s.points['single'] ?? 10
  const limit = s.limit_ms / 1000
  const at = (part: number): number => {
    if (s.scoring === 'speed') return Math.round((1 - part / 2) * full)
    if (s.scoring === 'decay') return Math.round(s.decay_base + (limit - part * limit) * s.decay_per_second)
    return full
  }
  // By order it is the rank that counts, not the clock: the first, then all but the first three.
  if (s.scoring === 'order') return { early: 8, half: 5, late: 5 }
  return { early: at(0.2), half: at(0.5), late: at(1) }
}
