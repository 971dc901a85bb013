import { randomID } from '../core/id'
import { keep, kept } from '../play/seat'
import { guestKey, PERSON, read, type Seat } from './seat'

/** A random id that tells this phone apart from others; the server keeps a hash of it with each sitting. */
export function device(): string {
  const known = kept('leitai.device')
  if (known) return known
  const id = randomID()
  keep('leitai.device', id)
  return id
}

export interface Person extends Seat {
  name: string
}

export function person(): Person | null {
  const p = read<Person>(PERSON)
  return p?.token ? { token: p.token, name: p.name ?? '' } : null
}

export function keepPerson(p: Person | null): void {
  keep(PERSON, p && JSON.stringify(p))
}

export interface Guest extends Seat {
  /** Secret; makes a repeated entry give the same entrant. */
  client: string
}

/** A guest's seat; one without a token, kept before the first request, when there is none. */
export function guestOf(code: string): Guest {
  const g = read<Guest>(guestKey(code))
  return g?.client
    ? { client: g.client, token: g.token ?? '' }
    : keepGuest(code, { client: randomID(), token: '' })
}

export function keepGuest(code: string, guest: Guest): Guest {
  keep(guestKey(code), JSON.stringify(guest))
  return guest
}

export function leaveGuest(code: string): void {
  keep(guestKey(code), null)
}
