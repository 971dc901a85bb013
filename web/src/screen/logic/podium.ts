import type { Standings } from '../../core/protocol'

export interface Winner {
  id: string
  name: string
  place: number
  points: number
  title: 'podium.first' | 'podium.second' | 'podium.third'
}

const titles = ['podium.first', 'podium.second', 'podium.third'] as const

/** The first three teams, or people where there are fewer than two teams. Those who share a place share its title. */
export function podium(standings: Pick<Standings, 'teams' | 'people'>): Winner[] {
  const rows = standings.teams.length >= 2 ? standings.teams : standings.people
  return rows
    .slice()
    .sort((a, b) => a.place - b.place)
    .slice(0, 3)
    .filter((r) => r.place >= 1 && r.place <= 3)
    .map((r) => ({
      id: r.id,
      name: r.name,
      place: r.place,
      points: r.points,
      title: titles[r.place - 1] ?? 'podium.third',
    }))
}
