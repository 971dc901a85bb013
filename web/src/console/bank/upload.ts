import { ApiError } from '../../core/api'
import type { ErrorCode } from '../../core/protocol'
import { locale } from '../i18n'
import type { Import } from './types'

/** Sends a file, or pasted text; it is read afterwards. `progress` hears 0–100 while it is on its way. */
export function upload(file: Blob, name: string, progress: (percent: number) => void): Promise<Import> {
  return new Promise((done, fail) => {
    const r = new XMLHttpRequest()
    r.open('POST', `/api/v1/imports?wait=false&name=${encodeURIComponent(name)}`)
    r.setRequestHeader('Content-Type', 'application/octet-stream')
    r.setRequestHeader('Accept-Language', locale())
    r.timeout = 180_000
    r.responseType = 'json'
    r.upload.onprogress = (e) => {
      if (e.lengthComputable) progress(Math.round((e.loaded / e.total) * 100))
    }
    r.onload = () => {
      if (r.status === 201) {
        done(r.response as Import)
        return
      }
      const fault = (r.response as { error?: { code?: ErrorCode; key?: string; message?: string } } | null)
        ?.error
      fail(
        new ApiError(
          r.status,
          fault?.code ?? 'internal',
          fault?.key ?? 'network.failed',
          fault?.message ?? '',
          {},
        ),
      )
    }
    const away = () => {
      fail(new ApiError(0, 'unavailable', 'network.failed', ''))
    }
    r.onerror = away
    r.ontimeout = away
    r.send(file)
  })
}
