import type { DeskState, ServerMessage } from '../../core/protocol'

/** The state with a count or lobby message worked in; null when the message changes nothing here. */
export function merge(s: DeskState, m: ServerMessage<DeskState>): DeskState | null {
  if (m.t === 'count') {
    const { connected, answered, acknowledged, screens } = m
    // A count of an earlier question may arrive after the state of the next one.
    return m.seq < s.seq ? null : { ...s, count: { connected, answered, acknowledged, screens } }
  }
  if (m.t !== 'lobby') return null
  const heard = new Map(m.teams.map((team) => [team.id, team]))
  // Teams in the message may come without names.
  const fresh = <T extends { id: string; people: number; connected: number }>(team: T): T => {
    const h = heard.get(team.id)
    return h ? { ...team, people: h.people, connected: h.connected } : team
  }
  return {
    ...s,
    teams: s.teams.map(fresh),
    lobby: { people: m.people, connected: m.connected, latest: m.latest, teams: s.lobby.teams.map(fresh) },
  }
}
