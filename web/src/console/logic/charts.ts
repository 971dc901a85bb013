import type { QuestionResult, TeamResult } from '../types'

export interface ChartData {
  labels: string[]
  /** null: nothing to measure, which is not 0. */
  series: { name: string; values: (number | null)[] }[]
  /** Bars lie on their side: for long names. */
  sideways: boolean
  unit: string
  max?: number
}

const TOP_TEAMS = 15
const percent = (part: number, whole: number): number | null =>
  whole <= 0 ? null : Math.round((part / whole) * 100)
export const questionId = (q: Pick<QuestionResult, 'r' | 'q'>): string => `${q.r}-${q.q}`

export function accuracyChart(questions: readonly QuestionResult[], name: string): ChartData {
  return {
    labels: questions.map(questionId),
    series: [{ name, values: questions.map((q) => percent(q.correct, q.answered)) }],
    sideways: false,
    unit: '%',
    max: 100,
  }
}

/** How many chose each letter; questions without letters are left out. */
export function optionsChart(questions: readonly QuestionResult[]): ChartData {
  const choice = questions.filter((q) => q.type !== 'fill' && Object.keys(q.counts).length > 0)
  const letters = [...new Set(choice.flatMap((q) => Object.keys(q.counts)))].sort()
  return {
    labels: choice.map(questionId),
    series: letters.map((letter) => ({ name: letter, values: choice.map((q) => q.counts[letter] ?? 0) })),
    sideways: false,
    unit: '',
  }
}

export function teamsChart(teams: readonly TeamResult[], name: string): ChartData {
  const top = [...teams].sort((a, b) => a.place - b.place).slice(0, TOP_TEAMS)
  return {
    labels: top.map((team) => team.name),
    series: [{ name, values: top.map((team) => team.points) }],
    sideways: true,
    unit: '',
  }
}
