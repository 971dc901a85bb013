let keyboard = false

addEventListener(
  'pointerdown',
  () => {
    keyboard = false
  },
  true,
)
addEventListener(
  'keydown',
  (event) => {
    if (event.key === 'Tab') keyboard = true
  },
  true,
)

/**
 * Whether the operator walks the page with Tab. Who does not must find Space on the big button even when a
 * mouse click or a closed dialog left the focus on another one.
 */
export const byKeyboard = (): boolean => keyboard

/** Takes the focus from a button that only a mouse click put it on. */
export function letGo(): void {
  const focused = document.activeElement
  if (!keyboard && focused instanceof HTMLElement && focused.matches('button, [role="button"], [role="tab"]'))
    focused.blur()
}
