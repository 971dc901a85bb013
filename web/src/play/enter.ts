import { ref, shallowRef } from 'vue'
import { ApiError, request } from '../core/api'
import type { ContestInfo } from '../core/protocol'
import { earlyRoom } from './early'
import { keep, keepSeat, kept, leaveSeat, seatOf } from './seat'
import { t, tryText } from './text'

/** The way in: a code, a team, a name. What follows is in live/. */

export interface TeamChoice {
  id: string
  name: string
  group: string
}
export interface Room {
  code: string
  contest: ContestInfo
  phase: string
  accepting: boolean
  teams: TeamChoice[]
}

export const step = ref<'code' | 'join' | 'live'>('code')
export const code = ref('')
export const room = shallowRef<Room | null>(null)
/** What went wrong on the way in, in the player's language. */
export const trouble = ref('')
export const busy = ref(false)

/** The code in the address: /j/482915 or ?code=482915. */
export function codeInAddress(): string {
  const path = /^\/j\/([^/]+)/.exec(location.pathname)
  return path?.[1] ?? new URLSearchParams(location.search).get('code') ?? ''
}

export function lastCode(): string {
  return kept('leitai.code') ?? ''
}

/** Into a room: straight to the game when this phone has a seat there, else to the choice of a team. */
export async function enter(to: string, reason = ''): Promise<void> {
  code.value = to
  trouble.value = reason
  step.value = 'code'
  if (!/^\d{6}$/.test(to)) {
    if (to) trouble.value = t('code.bad')
    return
  }
  if (seatOf(to).token) {
    arrive()
    step.value = 'live'
    return
  }
  busy.value = true
  try {
    room.value = (await earlyRoom(to)) ?? (await request<Room>(`/api/v1/rooms/${to}`))
    arrive()
    step.value = 'join'
  } catch (error) {
    // Not of this hall: a contest that is answered online has a page of its own.
    if (error instanceof ApiError && error.key === 'room.online') location.href = `/o/${to}`
    else if (error instanceof ApiError && error.code === 'not_found') unknownRoom()
    else trouble.value = explain(error)
  } finally {
    busy.value = false
  }
}

export function unknownRoom(): void {
  leaveSeat(code.value)
  trouble.value = t('code.unknown')
  step.value = 'code'
}

/** Gives '' when joined (or when `trouble` says more), else what is wrong with the name. */
export async function join(team: string, name: string): Promise<string> {
  const seat = seatOf(code.value)
  trouble.value = ''
  busy.value = true
  try {
    const joined = await request<{ token: string; entrant: { id: string } }>(
      `/api/v1/rooms/${code.value}/entrants`,
      { body: { team_id: team, name, client_id: seat.client } },
    )
    keepSeat(code.value, { ...seat, token: joined.token, entrant: joined.entrant.id })
    step.value = 'live'
  } catch (error) {
    if (error instanceof ApiError) {
      const key = error.fields['name'] ?? error.key
      if (key.startsWith('name.')) return tryText(key) || error.message || t('name.characters')
    }
    trouble.value = explain(error)
  } finally {
    busy.value = false
  }
  return ''
}

/** The seat is given up: another person takes the phone, or the server no longer knows it. */
export function leave(reason = ''): void {
  leaveSeat(code.value)
  void enter(code.value, reason)
}

/** So that a reload, or the phone's own memory of the page, leads back into the room. */
function arrive(): void {
  keep('leitai.code', code.value)
  const path = `/j/${code.value}`
  if (location.pathname !== path) history.replaceState(null, '', path + location.search)
}

function explain(error: unknown): string {
  return (error instanceof ApiError && error.status > 0 && error.message) || t('net.failed')
}
