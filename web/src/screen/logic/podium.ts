import type { Standings } from '../../core/protocol'

export interface Winner {
  id: string
  name: string
  place: number
  points: number
  title: 'podium.first' | 'podium.second' | 'podium.third'
}

const titles = ['podium.first', 'podium.second', 'podium.third'] as const

/** More than these do not fit side by side. */
const MOST = 6

/**
 * The first three places of the teams, or of the people where there are fewer than two teams. Those who share a place
 * share its title, and stand on the podium all or none. Nobody stands there without points.
 */
export function podium(standings: Pick<Standings, 'teams' | 'people'>): Winner[] {
  const rows =
    standings.teams.length >= 2
      ? standings.teams.filter((team) => team.people > 0 || team.points > 0)
      : standings.people
  const winners: Winner[] = []
  titles.forEach((title, i) => {
    const sharing = rows.filter((r) => r.place === i + 1 && r.points > 0)
    if (winners.length + sharing.length > MOST) return
    winners.push(...sharing.map((r) => ({ id: r.id, name: r.name, place: r.place, points: r.points, title })))
  })
  return winners
}

/** Where each stands from left to right: the first in the middle, the others in turn left and right of them. */
export function seats(winners: readonly Pick<Winner, 'place'>[]): number[] {
  let side = 0
  return winners.map(({ place }) => {
    if (place === 1) return 0
    side += 1
    return side % 2 === 1 ? -side : side
  })
}
