import { computed, onBeforeUnmount, ref, shallowRef } from 'vue'
import type { ComputedRef, Ref, ShallowRef } from 'vue'
import { ServerClock } from '../../core/clock'
import type { ByeCode, Count, Lobby, ScreenState, Standings } from '../../core/protocol'
import { LiveSocket, socketURL } from '../../core/socket'
import type { SocketStatus } from '../../core/socket'
import type { View } from './address'
import { wholeSeconds } from './time'

export interface Room {
  state: ShallowRef<ScreenState | null>
  lobby: ShallowRef<Lobby>
  count: ShallowRef<Count>
  /** The standings of now, else the last ones that were shown. */
  standings: ShallowRef<Standings | null>
  status: Ref<SocketStatus>
  bye: Ref<ByeCode | null>
  /** Server Unix ms, ten times a second: for texts. Pictures ask clock.now() at each frame. */
  now: Ref<number>
  clock: ServerClock
  /** Whole seconds until a time of the server's; null stays null. */
  until: (ms: () => number | null | undefined) => ComputedRef<number | null>
}

const noLobby: Lobby = { people: 0, connected: 0, teams: [], latest: [] }
const noCount: Count = { connected: 0, answered: 0, acknowledged: 0, screens: 0 }

/** What outlives a reload: the table in the middle of a question, and what was on when the room was closed. */
interface Memory {
  standings: Standings
  closed: ScreenState
}
const memory = (what: keyof Memory, code: string): string => `leitai.screen.${what}.${code}`

function recall<K extends keyof Memory>(what: K, code: string): Memory[K] | null {
  try {
    return JSON.parse(sessionStorage.getItem(memory(what, code)) ?? 'null') as Memory[K] | null
  } catch {
    return null
  }
}

function remember<K extends keyof Memory>(what: K, code: string, value: Memory[K] | null): void {
  try {
    if (value) sessionStorage.setItem(memory(what, code), JSON.stringify(value))
    else sessionStorage.removeItem(memory(what, code))
  } catch {
    // Then it waits for the next standings, or for another code.
  }
}

/** Joins a room as a screen, for as long as the component lives. */
export function useRoom(code: string, view: View): Room {
  const clock = new ServerClock()
  const state = shallowRef<ScreenState | null>(null)
  const lobby = shallowRef<Lobby>(noLobby)
  const count = shallowRef<Count>(noCount)
  const standings = shallowRef<Standings | null>(recall('standings', code))
  const status = ref<SocketStatus>('connecting')
  const bye = ref<ByeCode | null>(null)
  const now = ref(clock.now())

  const ticker = setInterval(() => {
    now.value = clock.now()
  }, 100)
  const socket = new LiveSocket<ScreenState>({
    url: socketURL(),
    clock,
    hello: () => ({ t: 'hello', v: 1, role: 'screen', code, view, build: __BUILD__ }),
    onState(next) {
      now.value = clock.now()
      state.value = next
      lobby.value = next.lobby
      count.value = next.count
      // A new show under the same code must not bring up the old one's table.
      if (next.standings || next.phase === 'lobby' || next.scores_hidden) {
        standings.value = next.standings
        remember('standings', code, next.standings)
      }
      remember('closed', code, null)
    },
    onMessage(message) {
      if (message.t === 'count') count.value = message
      else if (message.t === 'lobby') lobby.value = message
    },
    onStatus(next, detail) {
      status.value = next
      // The room is gone for good: its clock stands still.
      if (next === 'stopped') clearInterval(ticker)
      if (next === 'online') bye.value = null
      else if (detail) bye.value = detail
      if (detail === 'room_closed') remember('closed', code, state.value)
      // A closed room is not known any more; the hall that looks at this wall must not see a form after a reload.
      const last = detail === 'unknown_room' ? recall('closed', code) : null
      if (last) {
        state.value = last
        bye.value = 'room_closed'
      }
    },
  })
  socket.start()
  onBeforeUnmount(() => {
    clearInterval(ticker)
    socket.stop()
  })

  const until: Room['until'] = (ms) =>
    computed(() => {
      const at = ms()
      return at === null || at === undefined ? null : wholeSeconds(at - now.value)
    })
  return { state, lobby, count, standings, status, bye, now, clock, until }
}
