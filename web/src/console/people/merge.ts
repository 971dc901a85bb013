import { t, tOr } from '../i18n'
import type { MergeContest } from './types'

/** What a merge does to a contest, as a sentence. */
export function sayContest(c: MergeContest): string {
  const params = { title: c.title, n: c.people }
  if (c.merge === 'join' && c.counts !== '') {
    if (c.counts === 'latest') return t('merge.contest.join_latest', params)
    if (c.counts === 'cumulative') return t('merge.contest.join_cumulative', params)
    return t('merge.contest.join_best', params)
  }
  switch (c.merge) {
    case 'rename':
      return t('merge.contest.rename', params)
    case 'join':
      return t('merge.contest.join', params)
    case 'kept':
      return t('merge.contest.kept', params)
    case 'live':
      return t('merge.contest.live', params)
    case 'move':
      return t('merge.contest.move', params)
    case 'apart':
      return t('merge.contest.apart', params)
    case 'open':
      return t('merge.contest.open', params)
    default:
      return tOr(`merge.contest.${String(c.merge)}`, c.title)
  }
}
