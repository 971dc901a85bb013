import { inject } from 'vue'
import type { InjectionKey, Ref } from 'vue'
import type { Room } from './room'

export interface Show {
  room: Room
  /** Of the team that a digit key picked out. */
  selected: Ref<string>
}

export const showKey: InjectionKey<Show> = Symbol('show')

export function useShow(): Show {
  const show = inject(showKey)
  if (!show) throw new Error('useShow outside a room')
  return show
}

/** Whether the machine asks for less motion. */
export function calm(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches
}
