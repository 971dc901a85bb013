import type zh from '../zh-CN/play'

const en: Record<keyof typeof zh, string> = {
  app: 'Leitai',
  tagline: 'Knowledge contest',
  other: '中文',
  loading: 'Opening…',
  me: 'My contests',
  retry: 'Try again',
  'code.label': 'Contest code',
  'code.hint': 'The six digits on the big screen',
  'code.go': 'Enter',
  'code.bad': 'Enter six digits',
  'code.unknown': 'There is no such contest. Check the digits on the big screen.',
  'net.failed': 'No connection. Try again in a moment.',
  'room.full': 'The contest is full. Please ask the staff.',
  'room.finished': 'The contest is over.',
  'join.team': 'Choose your team',
  'join.search': 'Search teams',
  'join.found': '{n} teams found',
  'join.nobody': 'Nothing found. Try another word.',
  'join.change': 'Change',
  'join.chosen': 'Team',
  'join.name': 'Your name',
  'join.name.hint': 'Shown in the results and on the certificate',
  'join.go': 'Join',
  'join.again': 'Your sign-in has expired. Please join again.',
  'name.required': 'Enter your name',
  'name.too_long': 'A name has at most 20 characters',
  'name.characters': 'The name has characters that cannot be used',
}

export default en
