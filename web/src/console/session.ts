import { computed, readonly, ref } from 'vue'
import type { Command } from '../core/protocol'
import { http } from './http'
import type { Session, Staff } from './types'

const staff = ref<Staff | null>(null)
let asked: Promise<void> | null = null

/** Who is signed in; null while nobody is, or before `whoAmI` has answered. */
export const me = readonly(staff)

/** Asks the server once for each page load who the cookie belongs to. */
export async function whoAmI(): Promise<void> {
  asked ??= http<Session>('GET', '/api/v1/session').then(
    (s) => {
      staff.value = s.staff
    },
    (err: unknown) => {
      // Asked again next time: the server may only have been away.
      asked = null
      throw err
    },
  )
  await asked
}

export async function signIn(username: string, password: string, code = ''): Promise<void> {
  take(
    await http<Session>('POST', '/api/v1/session', { username, password, ...(code === '' ? {} : { code }) }),
  )
}

export async function rename(name: string): Promise<void> {
  take(await http<Session>('PATCH', '/api/v1/session', { name }))
}

/** Asks again: something about the account was changed. */
export async function refreshMe(): Promise<void> {
  take(await http<Session>('GET', '/api/v1/session'))
}

export async function changePassword(current: string, next: string): Promise<void> {
  take(await http<Session>('PUT', '/api/v1/session/password', { current, new: next }))
}

export async function signOut(): Promise<void> {
  await http('DELETE', '/api/v1/session')
  forget()
}

/** The session is over, by will or by a 401. */
export function forget(): void {
  staff.value = null
  asked = null
}

function take(s: Session): void {
  staff.value = s.staff
  asked = Promise.resolve()
}

export const isAdmin = computed(() => staff.value?.role === 'admin')

/** What a judge may do in a room: rule on points, and hold the show meanwhile. */
const rulings = new Set<Command>(['void', 'adjust', 'undo', 'pause', 'resume'])

/** Whether one's role has a command; the server refuses the others all the same. */
export const mayCommand = (command: Command): boolean =>
  mayEdit.value || (staff.value?.role === 'judge' && rulings.has(command))

/** Whether one's role has any command at all. */
export const mayAct = computed(() => mayEdit.value || staff.value?.role === 'judge')

/** Judges and viewers look on; the server refuses them all the same. */
export const mayEdit = computed(() => staff.value?.role === 'admin' || staff.value?.role === 'organizer')
