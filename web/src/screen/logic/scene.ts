import type { ScreenState } from '../../core/protocol'
import type { View } from './address'

export type Scene =
  | 'lobby'
  | 'ready'
  | 'question'
  | 'reveal'
  | 'standings'
  | 'people'
  | 'final'
  | 'hidden'
  | 'waiting'
  | 'timer'
  | 'audience'
  | 'over'

type Seen = Pick<ScreenState, 'phase' | 'question' | 'reveal' | 'scores_hidden'>

/** What is left to show when the room was closed: the final standings stay on the wall, anything else gives way. */
export function sceneAfter(scene: Scene, phase: ScreenState['phase']): Scene {
  return phase === 'finished' && ['final', 'standings', 'people'].includes(scene) ? scene : 'over'
}

/** What a screen with this view shows. `teams` and `people`: whether there are any standings to show, be they of earlier. */
export function sceneOf(state: Seen, view: View, known: { teams: boolean; people: boolean }): Scene {
  switch (view) {
    case 'timer':
      return 'timer'
    case 'audience':
      return 'audience'
    case 'teams':
      return state.scores_hidden ? 'hidden' : known.teams ? 'standings' : 'waiting'
    case 'people':
      return state.scores_hidden ? 'hidden' : known.people ? 'people' : 'waiting'
    case 'question':
    case 'stage':
      return stage(state, view === 'question', known.teams)
  }
}

function stage(state: Seen, questionOnly: boolean, teams: boolean): Scene {
  switch (state.phase) {
    case 'lobby':
      return 'lobby'
    case 'ready':
      return 'ready'
    case 'open':
    case 'closed':
      return state.question ? 'question' : 'ready'
    case 'revealed':
      return state.question && state.reveal ? 'reveal' : 'ready'
    case 'standings':
      if (questionOnly) return state.question && state.reveal ? 'reveal' : 'waiting'
      return teams ? 'standings' : 'hidden'
    case 'finished':
      if (questionOnly) return 'waiting'
      return teams ? 'final' : 'hidden'
  }
}
