import { send } from './send'
import type { Import } from './types'

/** Sends a file, or pasted text, to be read; `progress` hears 0–100 while it is on its way. */
export function upload(file: Blob, name: string, progress: (percent: number) => void): Promise<Import> {
  return send<Import>(`/api/v1/imports?name=${encodeURIComponent(name)}`, file, progress)
}
