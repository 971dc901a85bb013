import type { OnlineKey } from '../zh-CN/online'

const en: Record<OnlineKey, string> = {
  app: 'Leitai',
  tagline: 'Online contest',
  other: '中文',
  loading: 'Opening…',
  retry: 'Try again',
  back: 'Back',
  'net.failed': 'No connection. Please try again.',

  months: 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec',
  day: '{d} {mon}',
  'day.year': '{day} {y}',
  'day.today': 'today',
  'day.tomorrow': 'tomorrow',
  'n.d': '{n} d',
  'n.h': '{n} h',
  'n.min': '{n} min',
  'n.s': '{n} s',

  'phase.before': 'Not open yet',
  'phase.practice': 'Practice',
  'phase.between': 'Practice is over',
  'phase.formal': 'Open',
  'phase.after': 'Over',
  'next.practice': 'Practice opens in',
  'next.practice_ends': 'Practice ends in',
  'next.formal': 'Opens in',
  'next.ends': 'Closes in',
  'at.opens': 'opens {at}',
  'at.closes': 'closes {at}',
  'at.ended': 'closed {at}',

  'fact.questions': 'Questions',
  'fact.full': 'Points',
  'fact.time': 'Time',
  'fact.each': 'Per question',
  'fact.times': 'Attempts',
  'fact.per_day': '{n} a day',
  'fact.in_all': '{n} in all',
  'fact.free': 'no limit',

  'step.sign_in': 'Sign in to start',
  'step.early': 'Sign in now, start on time',
  'step.enter': 'Enter to start',
  'step.boards': 'See the leaderboard',

  'go.rules': 'Rules',
  'go.boards': 'Leaderboard',
  'go.draw': 'Check the draw',
  privacy:
    'This contest keeps your name, unit, answers, points, times and a device id{leaving} for scoring and places, until {until} ({n} days after the end).',
  'privacy.leaving': ', and how often you left the page',
}
export default en
