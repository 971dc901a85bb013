import { t, tOr } from '../i18n'
import type { FullLedgerEntry } from '../types'
import { duration, signed } from './format'

/** "加减分 · 第三党支部 −10 (违规提示)": what an entry did, in one line. */
export function kindText(e: FullLedgerEntry): string {
  const name = stepText(e)
  return e.reverses === '' ? name : t('ledger.reversal', { kind: name })
}

/** The same command does different things at different moments, so its name alone does not say what happened. */
function stepText(e: FullLedgerEntry): string {
  const name = tOr(`kind.${e.kind}`, e.kind)
  const seconds = e.seconds ?? null
  const on = e.on ?? null
  switch (e.kind) {
    case 'next':
      return tOr(`did.next.${e.phase ?? ''}`, name)
    case 'blank':
    case 'hide_scores':
      return on === null ? name : tOr(`did.${e.kind}.${on ? 'on' : 'off'}`, name)
    case 'extend':
      return seconds === null ? name : t('did.extend', { n: signed(seconds) })
    case 'break':
      return seconds === null ? name : t('did.break', { time: duration(seconds) })
    default:
      return name
  }
}

/** Whom or what it was about. */
export function targetText(e: FullLedgerEntry): string {
  if (e.entrant !== '') return e.team === '' ? e.entrant : `${e.entrant}（${e.team}）`
  if (e.team !== '') return e.team
  return e.question_no > 0 ? t('ledger.question', { r: e.round_no, q: e.question_no }) : ''
}

export function describe(e: FullLedgerEntry): string {
  const parts = [kindText(e), targetText(e)]
  if (e.points !== 0) parts.push(signed(e.points))
  return parts.filter(Boolean).join(' · ') + (e.reason === '' ? '' : `（${e.reason}）`)
}
