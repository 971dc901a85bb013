import {
  computed,
  onBeforeUnmount,
  ref,
  shallowRef,
  triggerRef,
  type ComputedRef,
  type Ref,
  type ShallowRef,
} from 'vue'
import { ApiError } from '../../core/api'
import { ServerClock } from '../../core/clock'
import { PROTOCOL, type ByeCode, type Command, type DeskState, type ServerMessage } from '../../core/protocol'
import { LiveSocket, socketURL, type SocketStatus } from '../../core/socket'
import { contestPath, http } from '../http'
import { t } from '../i18n'
import { commandBody } from '../logic/command'
import { merge } from '../logic/merge'
import { note, say } from '../say'
import type { CommandArgs, CommandDone } from '../types'

export interface Desk {
  state: ShallowRef<DeskState | null>
  status: Ref<SocketStatus>
  /** Why the server said goodbye for good. */
  bye: Ref<ByeCode | null>
  /** The server's clock, a few times a second. */
  now: Ref<number>
  /** Commands under way. */
  pending: ComputedRef<ReadonlySet<Command>>
  join: (code: string) => void
  leave: () => void
  /** Whether the server did it. A command of the same name that is still under way swallows the second one. */
  send: (command: Command, args?: CommandArgs) => Promise<boolean>
}

const TICK = 200

/** One desk's connection to its room: the state comes over the socket, commands go over HTTP. */
export function useDesk(contestId: () => string): Desk {
  const state = shallowRef<DeskState | null>(null)
  const status = ref<SocketStatus>('connecting')
  const bye = ref<ByeCode | null>(null)
  const clock = new ServerClock()
  const now = ref(clock.now())
  const under = shallowRef(new Set<Command>())
  let socket: LiveSocket<DeskState> | null = null

  const timer = setInterval(() => {
    now.value = clock.now()
  }, TICK)

  function onMessage(message: ServerMessage<DeskState>): void {
    if (state.value === null) return
    const next = merge(state.value, message)
    if (next) state.value = next
  }

  function join(code: string): void {
    leave()
    bye.value = null
    socket = new LiveSocket<DeskState>({
      url: socketURL(),
      hello: () => ({ t: 'hello', v: PROTOCOL, role: 'desk', code, build: __BUILD__ }),
      clock,
      onState: (s) => {
        state.value = s
        now.value = clock.now()
      },
      onMessage,
      onStatus: (to, why) => {
        status.value = to
        if (to === 'stopped' && why) bye.value = why
      },
    })
    socket.start()
  }

  function leave(): void {
    socket?.stop()
    socket = null
    state.value = null
    status.value = 'connecting'
  }

  async function send(command: Command, args: CommandArgs = {}): Promise<boolean> {
    const seen = state.value
    if (seen === null || under.value.has(command)) return false
    under.value.add(command)
    triggerRef(under)
    const body = commandBody(command, args, seen.seq)
    try {
      await http<CommandDone>('POST', contestPath(contestId(), '/commands'), body)
      return true
    } catch (err) {
      if (err instanceof ApiError && err.key === 'room.moved') note(t('desk.moved'))
      // No answer does not mean that it was not done: the same id does nothing the second time.
      else if (err instanceof ApiError && err.status === 0) return await again(body, err)
      else say(err)
      return false
    } finally {
      under.value.delete(command)
      triggerRef(under)
    }
  }

  async function again(body: object, first: ApiError): Promise<boolean> {
    try {
      await http<CommandDone>('POST', contestPath(contestId(), '/commands'), body)
      return true
    } catch (err) {
      if (err instanceof ApiError && err.key === 'room.moved') note(t('desk.moved'))
      else say(err instanceof ApiError && err.status === 0 ? first : err)
      return false
    }
  }

  onBeforeUnmount(() => {
    clearInterval(timer)
    socket?.stop()
  })
  return { state, status, bye, now, pending: computed(() => under.value), join, leave, send }
}
