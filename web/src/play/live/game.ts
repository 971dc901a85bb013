import type { AnswerStatus, DropReason, OutboxEntry } from '../../core/answers'
import type { Me, PersonRow, PlayerState, QuestionType } from '../../core/protocol'

/** What the phone shows, from what the server said. No time, no DOM. */

export type View = 'lobby' | 'break' | 'ready' | 'question' | 'standings' | 'final'

export function viewOf(s: PlayerState): View {
  switch (s.phase) {
    case 'finished':
      return 'final'
    case 'open':
    case 'closed':
      return s.question ? 'question' : 'ready'
    default:
      if (s.break_until_ms !== null) return 'break'
      if (s.phase === 'revealed') return s.question ? 'question' : 'ready'
      return s.phase
  }
}

export type Standing = 'nobody' | 'top' | 'same' | 'gap' | 'place'

/**
 * What can be said about this player's place. nobody: nobody has points yet, so that a first place is worth nothing;
 * top: in the lead; same: as many points as the one before, who was quicker; gap: so many points behind; place: no more
 * than the place. Null when there is none.
 */
export function standingOf(me: Me): Standing | null {
  if (me.place === null) return null
  if (me.place === 1) return me.points === null || me.points > 0 ? 'top' : 'nobody'
  if (me.gap === null) return 'place'
  return me.gap === 0 ? 'same' : 'gap'
}

/** A first place without points is no place, neither a person's nor a team's. */
export function hasPlace(x: { place: number | null; points: number | null }): boolean {
  return x.place !== null && !(x.place === 1 && x.points !== null && x.points <= 0)
}

/** Milliseconds by which the one before with the same points was quicker; null when the board does not tell. */
export function slowerBy(people: readonly PersonRow[], id: string): number | null {
  const i = people.findIndex((x) => x.id === id)
  const [own, before] = [people[i], people[i - 1]]
  if (!own || !before || before.points !== own.points || before.place === own.place) return null
  return own.elapsed_ms - before.elapsed_ms
}

/** Whether a reload would cost the player nothing. */
export function isIdle(s: PlayerState): boolean {
  return s.phase === 'lobby' || s.phase === 'standings'
}

/** Whether to load the pages anew: another build, not tried yet, and nothing is going on. */
export function wantsReload(s: PlayerState, own: string, tried: string | null): boolean {
  return (
    s.build !== '' && s.build !== 'dev' && own !== 'dev' && s.build !== own && s.build !== tried && isIdle(s)
  )
}

export interface Picked {
  a: readonly string[]
  status: AnswerStatus | 'none'
  earlier: boolean
  /** Sent before, and not acknowledged in time. */
  again: boolean
  reason: DropReason | undefined
}

function isCurrent(s: PlayerState, x: { r: number; q: number } | null | undefined): boolean {
  return x?.r === s.round?.no && x?.q === s.question_no
}

/** This player's answer to the current question, as far as is known. */
export function pickedOf(s: PlayerState, me: Me | null, entry: OutboxEntry | null): Picked {
  const own = isCurrent(s, entry) ? entry : null
  const earlier = own?.earlier ?? false
  const again = own?.again ?? false
  if (me?.answer && isCurrent(s, me.answer))
    return { a: me.answer.a, status: 'received', earlier, again, reason: undefined }
  if (me?.result?.answered && isCurrent(s, me.result)) {
    return { a: me.result.a, status: 'received', earlier, again, reason: undefined }
  }
  if (own) return { a: own.a, status: own.status, earlier, again, reason: own.reason }
  return { a: [], status: 'none', earlier, again, reason: undefined }
}

/** The number of an earlier question whose answer was never confirmed, else 0. */
export function lostQuestion(s: PlayerState, entry: OutboxEntry | null): number {
  return entry?.status === 'dropped' && !isCurrent(s, entry) ? entry.q : 0
}

export type Verdict = 'right' | 'part' | 'wrong' | 'none' | 'void'

/** Null until the key is out and this player's result has come. */
export function verdictOf(s: PlayerState, me: Me | null): Verdict | null {
  if (s.voided) return 'void'
  const result = me?.result
  if (!s.reveal || !result || !isCurrent(s, result)) return null
  if (!result.answered) return 'none'
  if (result.correct) return 'right'
  return result.points > 0 ? 'part' : 'wrong'
}

/** The question is on the big screen only. */
export function onScreenOnly(s: PlayerState): boolean {
  return s.question?.stem === ''
}

/** Milliseconds left of the open question; null when there is no countdown. */
export function timeLeft(s: PlayerState, now: number): number | null {
  if (s.phase !== 'open') return null
  if (s.paused) return s.remaining_ms
  return s.closes_ms === null ? null : s.closes_ms - now
}

/** After a tap on an option: one for single and judge, a set for multiple, a sequence for order. */
export function toggle(type: QuestionType, chosen: readonly string[], id: string): string[] {
  if (type === 'single' || type === 'judge') return [id]
  const rest = chosen.filter((x) => x !== id)
  if (rest.length === chosen.length) rest.push(id)
  return type === 'order' ? rest : rest.sort()
}

/** Whether an answer can be sent as it is. */
export function isComplete(
  type: QuestionType,
  a: readonly string[],
  options: number,
  blanks: number,
): boolean {
  if (type === 'fill') return a.length >= Math.max(1, blanks) && a.every((x) => x.trim() !== '')
  return type === 'order' ? a.length === options : a.length > 0
}
