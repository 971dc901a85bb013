import { kept } from '../play/seat'

/** Who this phone is: an employee who signed in, for all contests; or a guest, for one. Changed in keep.ts. */

export const PERSON = 'leitai.player'
export const guestKey = (code: string): string => `leitai.guest.${code}`

export interface Seat {
  token: string
}

export function read<T>(key: string): Partial<T> | null {
  try {
    return JSON.parse(kept(key) ?? 'null') as Partial<T> | null
  } catch {
    return null
  }
}

/** The token to call with in a contest; '' for nobody yet. Who came in as a guest stays one there. */
export function tokenOf(code: string): string {
  return (read<Seat>(guestKey(code))?.token || read<Seat>(PERSON)?.token) ?? ''
}
