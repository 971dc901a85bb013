import { ref, shallowRef, watch } from 'vue'
import { ApiError } from '../core/api'
import type { Mine } from './api'
import { enterAsPerson, findMine, isPassing } from './calls'
import { timed } from './clock'
import { code, token, trouble } from './contest'
import { keepPerson, leaveGuest, person } from './keep'
import { explain } from './text'

/** This person in the contest. */

/** Null as long as nobody is signed in, or it is not known yet. */
export const mine = shallowRef<Mine | null>(null)
/** Why the person who is signed in cannot take part, such as a unit that is not in the contest; "" otherwise. */
export const refused = ref('')
/** The refusal is only that of a person's unit; in an open contest another can be chosen. */
export const uninvited = ref(false)

watch([code, token], () => {
  mine.value = null
  refused.value = ''
  uninvited.value = false
})

/** Asks for the standing anew; what is shown stays until the answer is here. */
export async function refresh(): Promise<void> {
  const [of, own] = [code.value, token.value]
  if (!own) return
  const current = () => of === code.value && own === token.value
  trouble.value = ''
  try {
    const m = await enter(of, own)
    if (!current()) return
    mine.value = m
    refused.value = ''
    uninvited.value = false
  } catch (error) {
    if (!current()) return
    if (error instanceof ApiError && error.status === 401) forget()
    else if (isPassing(error)) trouble.value = explain(error)
    else {
      mine.value = null
      refused.value = explain(error)
      uninvited.value = error instanceof ApiError && error.key === 'contest.not_invited'
    }
  }
}

async function enter(of: string, own: string): Promise<Mine> {
  try {
    return await timed(() => findMine(of, own))
  } catch (error) {
    // Signed in, but never seen in this contest.
    if (!(error instanceof ApiError) || error.code !== 'not_found') throw error
    await enterAsPerson(of, own)
    return timed(() => findMine(of, own))
  }
}

/** This phone is nobody's any more, as far as this contest goes. */
export function forget(): void {
  if (token.value && token.value === person()?.token) keepPerson(null)
  leaveGuest(code.value)
  token.value = ''
}
