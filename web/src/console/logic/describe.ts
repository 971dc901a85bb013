import type { LedgerEntry } from '../../core/protocol'
import { t, tOr } from '../i18n'
import { signed } from './format'

/** "加减分 · 第三党支部 −10 (违规提示)": what an entry did, in one line. */
export function kindText(e: Pick<LedgerEntry, 'kind' | 'reverses'>): string {
  const name = tOr(`kind.${e.kind}`, e.kind)
  return e.reverses === '' ? name : t('ledger.reversal', { kind: name })
}

/** Whom or what it was about. */
export function targetText(e: LedgerEntry): string {
  if (e.entrant !== '') return e.team === '' ? e.entrant : `${e.entrant}（${e.team}）`
  if (e.team !== '') return e.team
  return e.question_no > 0 ? t('ledger.question', { r: e.round_no, q: e.question_no }) : ''
}

export function describe(e: LedgerEntry): string {
  const parts = [kindText(e), targetText(e)]
  if (e.points !== 0) parts.push(signed(e.points))
  return parts.filter(Boolean).join(' · ') + (e.reason === '' ? '' : `（${e.reason}）`)
}
