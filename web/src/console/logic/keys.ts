/** Keyboard shortcuts of the desk. */

export type DeskKey =
  'step' | 'back' | 'pause' | 'lock' | 'blank' | 'scores' | 'longer' | 'shorter' | 'undo' | 'search' | 'help'

/** Where the key was pressed: text fields keep every key, widgets keep those that drive them. */
export type KeyPlace = 'field' | 'widget' | 'page'

export interface KeyPress {
  key: string
  ctrl: boolean
  alt: boolean
  shift: boolean
  repeat: boolean
}

const ARROWS = new Set(['ArrowLeft', 'ArrowRight', ' ', 'Enter'])

export function deskKey(press: KeyPress, place: KeyPlace): DeskKey | null {
  if (place === 'field' || press.alt) return null
  // A key that is held down must not run through the show.
  if (press.repeat && press.key !== '+' && press.key !== '-') return null
  if (press.ctrl) return press.key.toLowerCase() === 'z' && !press.shift ? 'undo' : null
  if (place === 'widget' && ARROWS.has(press.key)) return null
  switch (press.key) {
    case ' ':
    case 'Enter':
    case 'ArrowRight':
    case 'PageDown':
      return 'step'
    case 'ArrowLeft':
    case 'PageUp':
      return 'back'
    case 'p':
    case 'P':
      return 'pause'
    case 'l':
    case 'L':
      return 'lock'
    case 'b':
    case 'B':
    case '.':
      return 'blank'
    case 'h':
    case 'H':
      return 'scores'
    case '+':
    case '=':
      return 'longer'
    case '-':
      return 'shorter'
    case '/':
      return 'search'
    case '?':
    case '？':
      return 'help'
    default:
      return null
  }
}

const WIDGETS =
  'button, a[href], summary, [role="button"], [role="tab"], [role="switch"], [role="radio"], [role="menuitem"]'

/** Where an event's target stands for the table above. */
export function keyPlace(target: EventTarget | null): KeyPlace {
  if (!(target instanceof Element)) return 'page'
  const field = target.closest('input, textarea, select, [contenteditable="true"]')
  if (field instanceof HTMLInputElement && (field.type === 'checkbox' || field.type === 'radio'))
    return 'widget'
  if (field !== null) return 'field'
  return target.closest(WIDGETS) === null ? 'page' : 'widget'
}
