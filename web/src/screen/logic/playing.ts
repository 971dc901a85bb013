/** Sounds and videos of the question that is shown, steered by keys: P plays or pauses, R plays from the beginning. */

import { sound } from './sound'

export interface Player {
  toggle: () => void
  replay: () => void
  setMuted: (muted: boolean) => void
}

const players: Player[] = []

/** The one that is shown last gets the keys. */
export function steerPlayer(by: 'toggle' | 'replay'): boolean {
  const top = players[players.length - 1]
  top?.[by]()
  return top !== undefined
}

export function muteAll(muted: boolean): void {
  for (const p of players) p.setMuted(muted)
}

/** Adds a player for as long as it is shown; what is given back takes it out again. */
export function addPlayer(player: Player): () => void {
  players.push(player)
  player.setMuted(sound.muted)
  return () => {
    players.splice(players.indexOf(player), 1)
  }
}
