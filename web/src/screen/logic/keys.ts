/** What a key or a presenter's clicker means on the big screen. */

export interface Press {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  repeat: boolean
}

export type Action =
  | {
      kind: 'next' | 'back' | 'blank' | 'undo' | 'fullscreen' | 'enter-fullscreen' | 'mute' | 'help' | 'close'
    }
  | { kind: 'extend'; seconds: number }
  | { kind: 'page'; by: 1 | -1 }
  /** Of a question's sound or video. */
  | { kind: 'player'; by: 'toggle' | 'replay' }
  /** Index of a team from 0, or null to select none. */
  | { kind: 'team'; index: number | null }

const plain: Partial<Record<string, Action>> = {
  PageDown: { kind: 'next' },
  ArrowRight: { kind: 'next' },
  ' ': { kind: 'next' },
  Spacebar: { kind: 'next' },
  PageUp: { kind: 'back' },
  ArrowLeft: { kind: 'back' },
  b: { kind: 'blank' },
  '.': { kind: 'blank' },
  '。': { kind: 'blank' },
  f: { kind: 'fullscreen' },
  // A clicker's "start the show" button sends F5: a reload would lose the full screen, so it only asks for it.
  F5: { kind: 'enter-fullscreen' },
  m: { kind: 'mute' },
  '+': { kind: 'extend', seconds: 5 },
  '=': { kind: 'extend', seconds: 5 },
  '-': { kind: 'extend', seconds: -5 },
  _: { kind: 'extend', seconds: -5 },
  '−': { kind: 'extend', seconds: -5 },
  p: { kind: 'player', by: 'toggle' },
  r: { kind: 'player', by: 'replay' },
  ArrowDown: { kind: 'page', by: 1 },
  ArrowUp: { kind: 'page', by: -1 },
  '?': { kind: 'help' },
  '？': { kind: 'help' },
  '/': { kind: 'help' },
  Escape: { kind: 'close' },
  Esc: { kind: 'close' },
}

/** null: not ours, the browser keeps it (Ctrl+R still reloads). A key held down steers once only. */
export function actionOf(p: Press): Action | null {
  const key = p.key.length === 1 ? p.key.toLowerCase() : p.key
  if (p.altKey) return null
  if (p.ctrlKey || p.metaKey) return key === 'z' && !p.repeat ? { kind: 'undo' } : null
  if (/^[0-9]$/.test(key)) return { kind: 'team', index: key === '0' ? null : Number(key) - 1 }
  const action = plain[key] ?? null
  if (action !== null && p.repeat && action.kind !== 'page') return null
  return action
}
