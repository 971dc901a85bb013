import type { LedgerEntry } from '../../core/protocol'

/** The entry that an undo without an id would reverse: the newest one that can be. `entries` are newest first. */
export function lastUndoable(entries: readonly LedgerEntry[]): LedgerEntry | null {
  return entries.find((e) => e.undoable && e.reversed_by === '') ?? null
}

/** Whether an entry is about points given by hand, the ones that people ask about afterwards. */
export function isAdjustment(e: LedgerEntry): boolean {
  return e.kind === 'adjust'
}

/** Causes of the points given by hand to one team or person, newest first. */
export function causes(entries: readonly LedgerEntry[], name: string, of: 'team' | 'entrant'): LedgerEntry[] {
  return entries.filter(
    (e) =>
      isAdjustment(e) &&
      (of === 'team' ? e.team === name && e.entrant === '' : e.entrant === name) &&
      e.reversed_by === '' &&
      e.reverses === '',
  )
}
