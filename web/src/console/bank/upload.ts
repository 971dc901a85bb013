import { send } from './send'
import type { Import } from './types'

/** Sends a file, or pasted text; it is read afterwards. `progress` hears 0–100 while it is on its way. */
export function upload(file: Blob, name: string, progress: (percent: number) => void): Promise<Import> {
  return send<Import>(`/api/v1/imports?wait=false&name=${encodeURIComponent(name)}`, file, progress)
}
