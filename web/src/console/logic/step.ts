import type { Command, DeskState } from '../../core/protocol'

/** What the one big button does now. */
export type StepKind =
  | 'begin'
  | 'open'
  | 'close'
  | 'reveal'
  | 'standings'
  | 'next'
  | 'round'
  | 'final'
  | 'resume'
  | 'end_break'
  | 'done'

export interface Step {
  kind: StepKind
  /** null: nothing to press. */
  command: Extract<Command, 'next' | 'resume' | 'end_break'> | null
  /** The question that it leads to, for the label; 0 when it leads to none. */
  question: number
}

export type StepState = Pick<
  DeskState,
  'phase' | 'paused' | 'break_until_ms' | 'can' | 'next' | 'round' | 'question_no' | 'pacing'
>

/**
 * The label follows the order of the phases in docs/protocol.md; the server alone decides what `next` does.
 * A pause or a break comes first: going on is then the only sensible step.
 */
export function step(s: StepState): Step {
  const may = (c: Command): boolean => s.can.includes(c)
  if (s.break_until_ms !== null && may('end_break'))
    return { kind: 'end_break', command: 'end_break', question: 0 }
  if (s.paused && may('resume')) return { kind: 'resume', command: 'resume', question: s.question_no }
  const command = may('next') ? 'next' : null
  const to = (kind: StepKind, question = 0): Step => ({ kind, command, question })

  switch (s.phase) {
    case 'lobby':
      return to('begin', s.next?.no ?? 1)
    case 'ready':
      return to('open', s.question_no)
    case 'open':
      return to('close', s.question_no)
    case 'closed':
      return to('reveal', s.question_no)
    case 'revealed':
      // A round always ends with its standings.
      return s.pacing.standings === 'every' || lastOfRound(s) ? to('standings') : to('next', s.next?.no ?? 0)
    case 'standings':
      return !s.next ? to('final') : to(lastOfRound(s) ? 'round' : 'next', s.next.no)
    case 'finished':
      return to('done')
  }
}

/** Questions are numbered from 1 in each round. */
function lastOfRound(s: StepState): boolean {
  return s.next === null || s.next.no <= s.question_no
}

/** The clock has run out and the last answers are being written: nothing can be pressed for a moment. */
export function counting(s: Pick<DeskState, 'phase' | 'paused' | 'closes_ms'>, now: number): boolean {
  return s.phase === 'open' && !s.paused && s.closes_ms !== null && now >= s.closes_ms
}
