import { randomID } from '../../core/id'
import type { Command } from '../../core/protocol'
import type { CommandArgs, CommandBody } from '../types'

/** Commands whose effect hangs on the moment at which they were pressed. */
const SEQUENCED = new Set<Command>(['next', 'back', 'lock', 'reveal', 'skip', 'finish'])

/** The body of POST commands; those that move the show carry the seq that the operator saw. */
export function commandBody(command: Command, args: CommandArgs, seq: number): CommandBody {
  const body: CommandBody = { id: randomID(), command, ...args }
  if (SEQUENCED.has(command)) body.seq = seq
  return body
}
