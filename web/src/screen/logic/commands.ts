import type { Command } from '../../core/protocol'
import type { Action } from './keys'

/** Body of a command, as docs/openapi.yaml has it. */
export interface CommandBody {
  id: string
  command: Command
  seq?: number
  seconds?: number
  on?: boolean
}

/**
 * The command that a key asks for, or null when the key stays on this screen. Steps carry the `seq` that the presenter
 * saw, so a double press moves the show once.
 */
export function commandOf(
  action: Action,
  state: { seq: number; blank: boolean },
  id: string,
): CommandBody | null {
  switch (action.kind) {
    case 'next':
    case 'back':
    case 'undo':
      return { id, command: action.kind, seq: state.seq }
    case 'blank':
      return { id, command: 'blank', on: !state.blank }
    case 'extend':
      return { id, command: 'extend', seconds: action.seconds }
    default:
      return null
  }
}
