import type { Mine, Phase } from './api'

/** What the one big button of the card does, or what there is to wait for. */
export type Step =
  | { do: 'sign_in' }
  | { do: 'start'; phase: 'practice' | 'formal' }
  | { do: 'go_on'; attempt: string; phase: 'practice' | 'formal' }
  | { do: 'wait'; phase: Phase }
  | { do: 'done'; why: string }
  | { do: 'over' }

export function stepOf(phase: Phase, mine: Mine | null, signedIn: boolean): Step {
  // One that is being handed in is looked at, too: its page waits for the result.
  const open = mine?.attempts.find((a) => a.state === 'open' || a.state === 'closing')
  if (open) return { do: 'go_on', attempt: open.id, phase: open.phase }
  if (phase === 'after') return { do: 'over' }
  if (phase === 'before' || phase === 'between') return { do: 'wait', phase }
  if (!signedIn) return { do: 'sign_in' }
  const may: 'practice' | 'formal' = phase === 'practice' ? 'practice' : 'formal'
  if (!mine) return { do: 'start', phase: may }
  // The server's word is of when it was asked: the clock may have opened the contest since.
  if (mine.can_start === may || mine.phase !== phase) return { do: 'start', phase: may }
  return { do: 'done', why: mine.why }
}
