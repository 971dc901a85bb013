/** What the calls of boards and seasons say, as in docs/openapi.yaml. */

export type BoardKind = 'people' | 'units'

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
  weights: Record<string, number>
}

export interface Board {
  board: BoardKind
  day: string
  days: string[]
  updated_ms: number
  catching_up: boolean
  shown: 'all' | 'top' | 'later' | 'off'
  top: number
  formula: BoardFormula | null
  total: number
  rows: BoardRow[]
  me: (BoardRow & { neighbours: BoardRow[] }) | null
}

export interface Gain {
  key: 'gain.first' | 'gain.take_part' | 'gain.people' | 'gain.points' | 'gain.none' | 'gain.later'
  params: {
    people: number
    points: number
    each: number
    ahead: string
    ahead_points: number
    gap: number
  }
  also: Gain[]
}

export interface UnitReport {
  team: { id: string; name: string; group: string }
  catching_up: boolean
  place: number
  of: number
  points: number
  formula: BoardFormula
  gain: Gain
  roster: number
  voluntary: boolean
  took_part: { name: string; points: number; time_ms: number; attempts: number }[]
  absent: { name: string }[]
  absent_count: number
  weak: { category: string; right: number; answered: number }[]
}

export interface SeasonCard {
  id: string
  name: string
  contests: { code: string; title: string; status: string; weight: number }[]
}

export type SeasonShowing = 'all' | 'top' | 'off'

export interface Season {
  id: string
  name: string
  people: SeasonShowing
  top_shown: number
  mask_names: boolean
  share_ranks: boolean
  created_ms: number
  contests: { id: string; title: string; status: string; weight: number; reach: boolean }[]
}
