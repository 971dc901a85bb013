import { ApiError, request } from '../core/api'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A 401 to these is about a password or a code, or asks who is there. */
const own = /^\/api\/v1\/session(\/password)?$/

let signedOut: () => void = () => undefined

/** What to do when the session has ended under a page's feet. */
export function onUnauthorized(then: () => void): void {
  signedOut = then
}

/** Staff calls; a 401 to anything but the session's own calls leads to the sign-in page. */
export async function http<T = undefined>(
  method: Method,
  path: string,
  body?: unknown,
  timeout = 15_000,
): Promise<T> {
  try {
    return await request<T>(path, body === undefined ? { method, timeout } : { method, body, timeout })
  } catch (err) {
    if (err instanceof ApiError && err.status === 401 && !own.test(path)) signedOut()
    throw err
  }
}

/** /api/v1/contests/{id}… with the id made safe for a path. */
export const contestPath = (id: string, rest = ''): string =>
  `/api/v1/contests/${encodeURIComponent(id)}${rest}`
