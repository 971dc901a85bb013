/** HTTP shapes of units, people and rosters (docs/openapi.yaml). */

export type UnitKind = 'park' | 'enterprise' | 'branch'
export const unitKinds: UnitKind[] = ['park', 'enterprise', 'branch']

export interface Unit {
  id: string
  /** Empty of a root. */
  parent_id: string
  kind: UnitKind
  name: string
  aliases: string[]
  /** On the roster of the unit itself. */
  people: number
  /** And of all units below it. */
  in_all: number
}
export interface Named {
  id: string
  name: string
}
export interface Person {
  id: string
  name: string
  /** Masked. */
  phone: string
  employee_no: string
  unit: Named
  has_pin: boolean
  has_link: boolean
  captain: boolean
  /** Since when off the roster; 0 is on it. */
  left_ms: number
}
/** The phone number is in full. */
export interface PersonDetail extends Person {
  captain_of: Named[]
  /** The unit and those above it, upwards. */
  above: Named[]
  created_ms: number
  erased: boolean
}
export interface MergeContest {
  id: string
  title: string
  kind: string
  merge: 'move' | 'join' | 'apart' | 'open' | 'rename' | 'kept' | 'live'
  counts: string
  people: number
}
export interface UnitMerge {
  from: Named
  into: Named
  people: number
  left: number
  children: string[]
  renamed: string[]
  aliases: string[]
  captains: number
  contests: MergeContest[]
  blocked: boolean
}
export interface PersonMerge {
  from: Person
  into: Person
  contests: MergeContest[]
  blocked: boolean
}
/** What a unit hands out; shown once. */
export interface Handout {
  id: string
  name: string
  number: string
  unit: Named
  pin: string
  url: string
}

export interface RosterOptions {
  mode: 'update' | 'replace'
  units: string[]
  unit_id: string
  create: boolean
}
export interface RosterChoice {
  unit_id: string
  remember: boolean
  create: boolean
  parent_id: string
  kind: string
  skip: boolean
}
export interface RosterAsk {
  unit: string
  branch: string
  rows: number
  several: number
  suggested: { unit_id: string; path: string[] }[]
  choice: RosterChoice | null
}
export interface RosterCounts {
  ok: number
  warnings: number
  errors: number
  add: number
  change: number
  move: number
  same: number
  skip: number
  ask: number
  remove: number
  of: number
  new_unit: number
  kept: number
}
export interface Roster {
  id: string
  file_name: string
  format: string
  staff: string
  created_ms: number
  state: 'preview' | 'storing' | 'stored' | 'undoing' | 'undone'
  stored_ms: number
  done: number
  rows: number
  options: RosterOptions
  notes: string[]
  counts: RosterCounts
  drastic: boolean
  asks: RosterAsk[]
}
export interface RosterRow {
  no: number
  sheet: string
  row: number
  status: 'ok' | 'warning' | 'error'
  action: 'add' | 'change' | 'move' | 'same' | 'skip' | 'ask' | 'error'
  name: string
  phone: string
  employee_no: string
  unit: string
  branch: string
  notes: { status: string; code: string; cell: string; text: string }[]
}

/** What the dialog of units does: make one below another, edit one, or move one. */
export type UnitWork = { what: 'add'; parent: string } | { what: 'edit' | 'move'; unit: Unit }
/** Whom the dialog of people is about, or the unit of somebody new. */
export type PersonWork = { id: string } | { unit: string }
/** What the menu of a unit asks for. */
export type UnitAction = 'add' | 'edit' | 'up' | 'down' | 'move' | 'merge' | 'pins' | 'links' | 'delete'
