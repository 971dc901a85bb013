import { ElMessage, ElMessageBox } from 'element-plus'
import { ApiError } from '../core/api'
import { t, tOr } from './i18n'

/** What went wrong and what to do about it, in the reader's language. */
export function explain(err: unknown): string {
  if (!(err instanceof ApiError)) return t('error.unknown')
  const own = tOr(`error.${err.key}`, '')
  if (own !== '') return own
  const fields = Object.entries(err.fields).map(
    ([name, key]) => `${tOr(`field.${name}`, name)}: ${tOr(`error.${key}`, key)}`,
  )
  const text = err.message === '' ? tOr(`error.code.${err.code}`, t('error.unknown')) : err.message
  return fields.length === 0 ? text : `${text} (${fields.join('; ')})`
}

/** Shows a failure; a lost session is told by the sign-in page instead. */
export function say(err: unknown): void {
  if (err instanceof ApiError && err.status === 401) return
  ElMessage({ message: explain(err), type: 'error', duration: 6000, showClose: true, grouping: true })
}

export function done(text: string): void {
  ElMessage({ message: text, type: 'success', duration: 2000, grouping: true })
}

export function note(text: string): void {
  ElMessage({ message: text, type: 'warning', duration: 3500, grouping: true })
}

/** Asks before something is lost. The safe answer has the focus. */
export async function sure(title: string, text: string, yes: string): Promise<boolean> {
  return await ask(title, text, yes, false)
}

/** Asks before something that can itself be mended: Enter goes on, Escape does not. */
export async function confirm(title: string, text: string, yes: string): Promise<boolean> {
  return await ask(title, text, yes, true)
}

async function ask(title: string, text: string, yes: string, enter: boolean): Promise<boolean> {
  try {
    await ElMessageBox.confirm(text, title, {
      confirmButtonText: yes,
      cancelButtonText: t('cancel'),
      type: 'warning',
      autofocus: enter,
      customClass: 'sure-box',
    })
    return true
  } catch {
    return false
  }
}
