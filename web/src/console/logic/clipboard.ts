/** Copies text; plain http has no clipboard API, so a hidden field and the old command stand in. */
export async function copyText(text: string): Promise<boolean> {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- missing on plain http
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text)
      return true
    } catch {
      // Refused, for instance without focus: try the old way.
    }
  }
  const before = document.activeElement
  const field = document.createElement('textarea')
  field.value = text
  field.readOnly = true
  field.style.position = 'fixed'
  field.style.opacity = '0'
  // Inside an open dialog, whose focus trap would take the focus back from the body.
  const host = before?.closest('[role="dialog"]') ?? document.body
  host.append(field)
  field.select()
  let ok: boolean
  try {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way on plain http
    ok = document.execCommand('copy')
  } catch {
    ok = false
  }
  field.remove()
  if (before instanceof HTMLElement) before.focus()
  return ok
}
