import type { TeamRow } from '../../core/protocol'

/** One row of the race: where it starts and where it ends. The rows keep their order in the DOM; only their places move. */
export interface RaceRow {
  team: TeamRow
  /** Index from the top before and after. */
  from: number
  to: number
  /** Length of the bar before and after, 0…1. */
  fromScale: number
  toScale: number
  /** The place to show; 0 for none: nobody has points yet, or the team has neither people nor points. */
  place: number
  /** A place that a medal goes with. */
  medal: boolean
  /** The place to show before the race; 0 for none. */
  placeBefore: number
  /** Places won (+) or lost (−); 0 for a team that had no place before. */
  moved: number
  before: number
}

function byPlace(place: (t: TeamRow) => number): (a: TeamRow, b: TeamRow) => number {
  return (a, b) => place(a) - place(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

/** Places mean nothing while nobody has points: all would share the first. */
export function anyPoints(rows: readonly { points: number }[]): boolean {
  return rows.some((r) => r.points > 0)
}

/** Teams without a place before (0) start at the end. */
export function raceRows(teams: readonly TeamRow[]): RaceRow[] {
  const order = new Map(teams.map((t, i) => [t.id, i]))
  const seat = (t: TeamRow): number => order.get(t.id) ?? 0
  const now = teams.slice().sort((a, b) => a.place - b.place || seat(a) - seat(b))
  const last = Number.MAX_SAFE_INTEGER
  const known = teams.some((t) => t.previous_place > 0)
  const previous = known
    ? teams.slice().sort(byPlace((t) => (t.previous_place > 0 ? t.previous_place : last)))
    : now.slice()
  const to = new Map(now.map((t, i) => [t.id, i]))
  const from = new Map(previous.map((t, i) => [t.id, i]))
  const most = Math.max(1e-9, ...teams.map((t) => Math.max(t.points, t.points - t.delta)))
  const scale = (points: number): number => Math.min(1, Math.max(0, points / most))
  const scored = anyPoints(teams)
  const scoredBefore = anyPoints(teams.map((t) => ({ points: round2(t.points - t.delta) })))
  const without = teams.filter((t) => round2(t.points - t.delta) <= 0).length
  return teams
    .slice()
    .sort(byPlace(() => 0))
    .map((team) => {
      const before = round2(team.points - team.delta)
      const place = scored && (team.people > 0 || team.points > 0) ? team.place : 0
      const placeBefore = scoredBefore && (team.people > 0 || before > 0) ? team.previous_place : 0
      const change = place > 0 && placeBefore > 0 ? placeBefore - place : 0
      // Out of a place that several held without points nobody falls: the others have only begun to score.
      const hollow = before <= 0 && without > 1
      return {
        team,
        from: from.get(team.id) ?? 0,
        to: to.get(team.id) ?? 0,
        fromScale: scale(before),
        toScale: scale(team.points),
        place,
        medal: place >= 1 && place <= 3 && team.points > 0,
        placeBefore,
        moved: hollow && change < 0 ? 0 : change,
        before,
      }
    })
}

/** Rows that can be seen on a page at any moment of the race: those that start on it, end on it, or pass over it. */
export function rowsOnPage(rows: readonly RaceRow[], page: number, size: number): RaceRow[] {
  const first = page * size
  const end = first + size
  return rows.filter((r) => Math.min(r.from, r.to) < end && Math.max(r.from, r.to) >= first)
}

function round2(n: number): number {
  return Math.round(n * 100) / 100
}

/** 96, 96.5 or 96.25: at most two places, no trailing noughts, thousands apart. */
export function formatPoints(points: number): string {
  const [whole = '0', fraction] = String(Math.abs(round2(points))).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return `${points < 0 ? '−' : ''}${grouped}${fraction === undefined ? '' : `.${fraction}`}`
}

export function formatDelta(delta: number): string {
  return delta > 0 ? `+${formatPoints(delta)}` : delta < 0 ? formatPoints(delta) : ''
}
