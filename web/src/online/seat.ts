import { randomID } from '../core/id'
import { keep, kept } from '../play/seat'

/** Who this phone is: an employee who signed in, for all contests; or a guest, for one. */

const PERSON = 'leitai.player'

export interface Person {
  token: string
  name: string
}

export function person(): Person | null {
  return read<Person>(PERSON, (p) => !!p.token)
}

export function keepPerson(p: Person | null): void {
  keep(PERSON, p && JSON.stringify(p))
}

export interface Guest {
  /** Secret; makes a repeated entry give the same entrant. */
  client: string
  token: string
}

const key = (code: string) => `leitai.guest.${code}`

/** A guest's seat; one without a token, kept before the first request, when there is none. */
export function guestOf(code: string): Guest {
  return read<Guest>(key(code), (g) => !!g.client) ?? keepGuest(code, { client: randomID(), token: '' })
}

export function keepGuest(code: string, guest: Guest): Guest {
  keep(key(code), JSON.stringify(guest))
  return guest
}

export function leaveGuest(code: string): void {
  keep(key(code), null)
}

/** The token to call with in a contest; '' for nobody yet. Who came in as a guest stays one there. */
export function tokenOf(code: string): string {
  return read<Guest>(key(code), (g) => !!g.token)?.token ?? person()?.token ?? ''
}

function read<T>(at: string, ok: (x: T) => boolean): T | null {
  try {
    const x = JSON.parse(kept(at) ?? 'null') as T | null
    return x && ok(x) ? x : null
  } catch {
    return null
  }
}
