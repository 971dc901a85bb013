import type { Mine, Phase } from './api'

/** What the one big button of somebody who is signed in does, or what there is to wait for. */
export type Step =
  | { do: 'start'; phase: 'practice' | 'formal' }
  | { do: 'go_on'; attempt: string; phase: 'practice' | 'formal' }
  | { do: 'wait' }
  | { do: 'done'; why: string }
  | { do: 'over' }

/** `phase` is by the clock; what the server said of the person may be older. */
export function stepOf(phase: Phase, mine: Mine | null): Step {
  // One that is being handed in is looked at, too: its page waits for the result.
  const open = mine?.attempts.find((a) => a.state === 'open' || a.state === 'closing')
  if (open) return { do: 'go_on', attempt: open.id, phase: open.phase }
  if (phase === 'after') return { do: 'over' }
  if (phase !== 'practice' && phase !== 'formal') return { do: 'wait' }
  if (!mine || mine.can_start === phase || mine.phase !== phase) return { do: 'start', phase }
  return { do: 'done', why: mine.why }
}
