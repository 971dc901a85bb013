import { ApiError } from '../../core/api'
import type { ErrorCode } from '../../core/protocol'
import { locale } from '../i18n'

/** POSTs a file as it is; `progress` hears 0–100 while it is on its way, `signal` takes it back. */
export function send<T>(
  path: string,
  file: Blob,
  progress: (percent: number) => void,
  signal?: AbortSignal,
): Promise<T> {
  return new Promise((done, fail) => {
    const r = new XMLHttpRequest()
    r.open('POST', path)
    r.setRequestHeader('Content-Type', 'application/octet-stream')
    r.setRequestHeader('Accept-Language', locale())
    r.timeout = 300_000
    r.responseType = 'json'
    r.upload.onprogress = (e) => {
      if (e.lengthComputable) progress(Math.round((e.loaded / e.total) * 100))
    }
    r.onload = () => {
      if (r.status === 201) {
        done(r.response as T)
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
    r.onabort = away
    r.ontimeout = away
    signal?.addEventListener('abort', () => {
      r.abort()
    })
    r.send(file)
  })
}
