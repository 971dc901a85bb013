import type { Phase } from '../../core/protocol'

export type Cue = 'start' | 'gong' | 'reveal' | null

/** The sound of a step of the show. Joining in the middle makes none. */
export function cueOf(before: Phase | null, now: Phase): Cue {
  if (before === null || before === now) return null
  if (now === 'open') return 'start'
  if (now === 'closed') return 'gong'
  if (now === 'revealed' && (before === 'closed' || before === 'open')) return 'reveal'
  return null
}
