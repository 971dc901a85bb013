import { randomID } from '../core/id'

/** What this phone keeps of a room: who it plays for. The token is the identity. */
export interface Seat {
  /** Secret; makes a repeated join give the same entrant. */
  client: string
  token: string
  entrant: string
}

// For a browser that keeps nothing: as long as the page lives.
const memory = new Map<string, string>()

export function keep(key: string, value: string | null): void {
  memory.delete(key)
  try {
    if (value === null) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
  } catch {
    // Switched off or full.
    if (value !== null) memory.set(key, value)
  }
}

export function kept(key: string): string | null {
  try {
    return memory.get(key) ?? localStorage.getItem(key)
  } catch {
    return memory.get(key) ?? null
  }
}

const key = (code: string) => `leitai.room.${code}`

/** The seat in a room; a new one, kept before the first request, when there is none. */
export function seatOf(code: string): Seat {
  try {
    const seat = JSON.parse(kept(key(code)) ?? '') as Partial<Seat>
    if (seat.client) return { client: seat.client, token: seat.token ?? '', entrant: seat.entrant ?? '' }
  } catch {
    // None yet.
  }
  return keepSeat(code, { client: randomID(), token: '', entrant: '' })
}

export function keepSeat(code: string, seat: Seat): Seat {
  keep(key(code), JSON.stringify(seat))
  return seat
}

export function leaveSeat(code: string): void {
  keep(key(code), null)
}
