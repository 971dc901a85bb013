import type { QuestionType } from '../../core/protocol'
import type { PublicRules } from '../../core/rules'
import type { Bank, TeamFormula } from '../types'
import type { DrawRule, PaperContest, PaperDraft, PaperSettings, PaperTemplate, UnitChoice } from './types'

export const steps = ['template', 'when', 'who', 'questions', 'rules', 'summary'] as const
export type Step = (typeof steps)[number]

const hour = 3_600_000

export function draftOf(c: PaperContest): PaperDraft {
  return structuredClone({
    title: c.title,
    organizer: c.organizer,
    settings: c.settings,
    paper: c.paper,
    units: c.teams.map((x) => x.unit_id).filter((x) => x !== ''),
  })
}

/** What players are told: rules of the contest and of its boards. */
export function publicRules(d: Pick<PaperDraft, 'settings' | 'paper'>): PublicRules {
  const { team_formula, top_k, share_ranks } = d.settings
  return { ...d.paper, team_formula, top_k, share_ranks, weights: d.settings.weights ?? null }
}

/** How many of a rule's questions a bank has at most: types and categories overlap, so this is an upper bound. */
export function atMost(bank: Bank, rule: DrawRule): number {
  const byType = rule.types.length ? rule.types.reduce((n, q) => n + (bank.types[q] ?? 0), 0) : bank.questions
  const byCategory = rule.categories.length
    ? rule.categories.reduce((n, c) => n + (bank.categories[c] ?? 0), 0)
    : bank.questions
  return Math.min(byType, byCategory)
}

/** Words of a template's occasion that the name of a fitting bank has. */
const occasions: Record<string, RegExp> = {
  safety: /安全|消防|safety/i,
  constitution: /宪法|法治|法律|普法|constitution|law/i,
  study: /党|学习|理论|综合/,
}

/** The bank that a template begins with: one for the occasion, else the one that satisfies most of the draw. */
export function bestBank(banks: readonly Bank[], key: string, draw: readonly DrawRule[]): Bank | undefined {
  const fits = (b: Bank): number =>
    draw.reduce((n, r) => n + Math.min(r.count, atMost(b, r)), 0) +
    (b.questions > 0 && occasions[key]?.test(b.name) ? 10_000 : 0)
  return [...banks]
    .filter((b) => b.questions > 0)
    .sort((a, b) => fits(b) - fits(a) || b.questions - a.questions)[0]
}

/** A draft from a template. Rules that the bank cannot satisfy at all are left out: the others are a beginning. */
export function fromTemplate(
  template: PaperTemplate,
  banks: readonly Bank[],
  units: readonly UnitChoice[],
  title: string,
  organizer: string,
): PaperDraft | null {
  if (!template.paper) return null
  const paper = structuredClone(template.paper)
  const bank = bestBank(banks, template.key, paper.draw)
  paper.draw = bank
    ? paper.draw.map((r) => ({ ...r, bank_id: bank.id })).filter((r) => atMost(bank, r) > 0)
    : []
  const level = units.some((u) => u.kind === 'branch') ? 'branch' : 'enterprise'
  return {
    title,
    organizer,
    settings: structuredClone(template.settings),
    paper,
    units: units.filter((u) => u.kind === level).map((u) => u.id),
  }
}

/** A practice phase as it is first proposed: the two days before the contest, as far as they lie ahead. */
export function proposePractice(paper: PaperSettings, now: number): void {
  const closes = paper.opens_ms
  const from = Math.ceil(now / hour) * hour
  paper.practice_opens_ms = Math.max(from, closes - 48 * hour)
  paper.practice_closes_ms = closes
  if (paper.practice_opens_ms >= closes) paper.practice_opens_ms = closes - 24 * hour
}

/** Formulas that make a race of who takes part. */
const pressing: TeamFormula[] = ['participation', 'roster_average', 'composite']

export type VoluntaryChange = 'people' | 'formula'

/**
 * Voluntary taking part is one switch: it also takes back what would press people, and says what. The settings that
 * depend on it are held by the server too.
 */
export function setVoluntary(d: Pick<PaperDraft, 'settings' | 'paper'>, on: boolean): VoluntaryChange[] {
  const changed: VoluntaryChange[] = []
  d.paper.voluntary = on
  if (!on) return changed
  if (d.paper.people === 'all') {
    d.paper.people = 'top'
    d.paper.top_shown = Math.min(d.paper.top_shown, 10)
    changed.push('people')
  }
  if (pressing.includes(d.settings.team_formula)) {
    d.settings.team_formula = 'average'
    changed.push('formula')
  }
  return changed
}

export const isPressing = (f: TeamFormula): boolean => pressing.includes(f)

/** How many people belong to each chosen unit: its own and those below that belong to no nearer one. */
export function rosters(units: readonly UnitChoice[], chosen: readonly string[]): Map<string, number> {
  const parent = new Map(units.map((u) => [u.id, u.parent_id]))
  const set = new Set(chosen)
  const out = new Map<string, number>(chosen.map((id) => [id, 0]))
  for (const u of units) {
    let at: string | undefined = u.id
    for (let k = 0; at !== undefined && at !== '' && !set.has(at) && k <= units.length; k++)
      at = parent.get(at)
    if (at !== undefined && set.has(at)) out.set(at, (out.get(at) ?? 0) + u.people)
  }
  return out
}

/** What keeps a step from being finished, as keys of the catalogue; empty when it is. */
export type Trouble =
  'title' | 'opens' | 'closes' | 'practice' | 'practice_late' | 'units' | 'draw' | 'draw_short'

export function troubles(d: PaperDraft, step: Step, drawOk: boolean | null): Trouble[] {
  const out: Trouble[] = []
  const p = d.paper
  if (step === 'when') {
    if (d.title.trim() === '') out.push('title')
    if (p.opens_ms <= 0) out.push('opens')
    else if (p.closes_ms <= p.opens_ms) out.push('closes')
    if (p.practice_opens_ms > 0 || p.practice_closes_ms > 0) {
      if (p.practice_closes_ms <= p.practice_opens_ms) out.push('practice')
      else if (p.practice_closes_ms > p.opens_ms) out.push('practice_late')
    }
  }
  if (step === 'who' && d.units.length === 0) out.push('units')
  if (step === 'questions') {
    if (p.draw.length === 0) out.push('draw')
    else if (drawOk === false) out.push('draw_short')
  }
  return out
}

export function newRule(bank: string): DrawRule {
  return { bank_id: bank, types: [], categories: [], difficulties: [], count: 5, points: 0 }
}

export const paperTypes: QuestionType[] = ['single', 'multiple', 'judge', 'fill', 'order']

/** Points of a paper: they differ from paper to paper where a rule draws types of different worth. */
export function pointsRange(p: PaperSettings): { least: number; most: number } {
  let least = 0
  let most = 0
  for (const r of p.draw) {
    const worth = r.points > 0 ? [r.points] : (r.types.length ? r.types : paperTypes).map((q) => p.points[q])
    least += r.count * Math.min(...worth)
    most += r.count * Math.max(...worth)
  }
  return { least, most }
}

/** Seconds that people usually need for a question of a type: reading about five characters a second, and a choice. */
const seconds: Record<QuestionType, number> = { single: 20, multiple: 35, judge: 12, fill: 30, order: 40 }

/** Minutes that most people will need for a paper, rounded up. */
export function minutesOf(p: PaperSettings): number {
  let s = 0
  for (const r of p.draw) {
    const of = r.types.length ? r.types : (['single', 'multiple', 'judge'] as const)
    s += (r.count * of.reduce((n, q) => n + seconds[q], 0)) / of.length
  }
  return Math.ceil(s / 60)
}
