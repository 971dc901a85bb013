import type { ErrorCode } from './protocol'

/** A refusal by the server, or no answer at all (status 0, code "unavailable", key "network.*"). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: ErrorCode,
    readonly key: string,
    message: string,
    /** Field name → key of the catalogue. */
    readonly fields: Record<string, string> = {},
  ) {
    super(message)
    this.name = 'ApiError'
  }
}

export interface RequestOptions {
  method?: string
  /** Sent as JSON. */
  body?: unknown
  /** A player's token. Staff are known by their cookie. */
  token?: string
  headers?: Record<string, string>
  /** Milliseconds; 10,000 by default. */
  timeout?: number
}

/** Calls the server's HTTP side; gives the JSON of a 2xx answer (undefined for an empty one) or throws ApiError. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const headers: Record<string, string> = {
    Accept: 'application/json',
    'Accept-Language': document.documentElement.lang || 'zh-CN',
    ...options.headers,
  }
  const init: RequestInit = {
    method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
    headers,
    credentials: 'same-origin',
    cache: 'no-store',
  }
  if (options.body !== undefined) {
    headers['Content-Type'] = 'application/json'
    init.body = JSON.stringify(options.body)
  }
  if (options.token) headers['Authorization'] = `Bearer ${options.token}`

  const aborter = new AbortController()
  init.signal = aborter.signal
  const timer = setTimeout(() => {
    aborter.abort()
  }, options.timeout ?? 10_000)
  let response: Response
  let text: string
  try {
    response = await fetch(path, init)
    text = await response.text()
  } catch {
    throw aborter.signal.aborted
      ? new ApiError(0, 'unavailable', 'network.timeout', '')
      : new ApiError(0, 'unavailable', 'network.failed', '')
  } finally {
    clearTimeout(timer)
  }

  let body: unknown
  try {
    body = text ? JSON.parse(text) : undefined
  } catch {
    // A proxy's error page, or a hotel's sign-in page: not ours.
    throw new ApiError(response.status, 'unavailable', 'network.failed', '')
  }
  if (response.ok) return body as T
  const fault = (
    body as
      | { error?: { code?: ErrorCode; key?: string; message?: string; fields?: Record<string, string> } }
      | undefined
  )?.error
  throw new ApiError(
    response.status,
    fault?.code ?? 'internal',
    fault?.key ?? 'network.failed',
    fault?.message ?? '',
    fault?.fields,
  )
}
