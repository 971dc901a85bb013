import { ref, shallowRef } from 'vue'
import { AnswerOutbox, type OutboxEntry } from '../../core/answers'
import { ServerClock } from '../../core/clock'
import { PROTOCOL, type ByeCode, type Me, type PlayerState } from '../../core/protocol'
import { LiveSocket, socketURL, type SocketStatus } from '../../core/socket'
import { ApiError } from '../../core/api'
import { code, leave, unknownRoom } from '../enter'
import { keep, kept, leaveSeat, seatOf } from '../seat'
import { wantsReload } from './game'
import { loadResults, meOf, type MyResults } from './results'
import { t } from './text'

/** The game's state, and what a player can do. Components only read and call. */

export const clock = new ServerClock()
export const state = shallowRef<PlayerState | null>(null)
export const me = shallowRef<Me | null>(null)
export const entry = shallowRef<OutboxEntry | null>(null)
export const status = ref<SocketStatus>('connecting')
/** Of the bye that keeps us out, or that makes us wait; '' otherwise. */
export const bye = ref<ByeCode | ''>('')

/** What the player has when the room is closed, during a show or after it; null while it is open. */
export const archive = shallowRef<MyResults | null>(null)
export const archiveFailed = ref(false)

/** Marks that these pages were reloaded for being outdated. */
const outdated = `after-${__BUILD__}`

let socket: LiveSocket<PlayerState> | null = null
let outbox: AnswerOutbox | null = null

export function connect(): void {
  disconnect()
  const seat = seatOf(code.value)
  let joined = false
  const live = new LiveSocket<PlayerState>({
    url: socketURL(),
    hello: () => ({
      t: 'hello',
      v: PROTOCOL,
      role: 'player',
      code: code.value,
      token: seat.token,
      build: __BUILD__,
    }),
    clock,
    onState(s) {
      state.value = s
      box.state(s, joined)
      joined = false
      if (wantsReload(s, __BUILD__, kept('leitai.reload'))) reloadSoon(s.build)
    },
    onMe(m) {
      me.value = m
      box.me(m)
    },
    onMessage(m) {
      if (m.t === 'answer.ack') box.ack(m)
      else if (m.t === 'error') box.error(m)
    },
    onStatus(now, detail) {
      if (live !== socket) return
      status.value = now
      joined = now === 'online'
      bye.value = detail ?? (now === 'offline' || now === 'connecting' ? bye.value : '')
      if (now === 'stopped' && detail) goodbye(detail)
    },
  })
  const box = new AnswerOutbox({
    code: code.value,
    entrant: seat.entrant,
    send: (a) => live.send(a),
    onChange: (e) => (entry.value = e),
    onOverdue: () => {
      live.probe()
    },
  })
  outbox = box
  socket = live
  live.start()
}

export function disconnect(): void {
  const live = socket
  socket = null
  live?.stop()
  outbox?.stop()
  outbox = state.value = me.value = entry.value = archive.value = null
  archiveFailed.value = false
  bye.value = ''
}

export function answer(a: readonly string[]): void {
  const s = state.value
  if (s?.round) outbox?.submit(s.round.no, s.question_no, a)
}

/** Another person takes the phone. */
export function handOver(): void {
  outbox?.forget()
  leave()
}

/** After a bye that the player can overrule: taking over, or trying again. */
export function reconnect(): void {
  if (seatOf(code.value).token) connect()
  else leave()
}

function goodbye(reason: ByeCode): void {
  if (reason === 'unauthorized') leave(t('join.again'))
  else if (reason === 'unknown_room' || reason === 'room_closed') void loadArchive()
  else if (reason === 'removed') leaveSeat(code.value)
  else if (reason === 'outdated' && kept('leitai.reload') !== outdated) reload(outdated)
}

/** The room is gone; what this seat has earned there is not. */
export async function loadArchive(): Promise<void> {
  // The last state of a finished room has all that there is, and the standings.
  if (state.value?.phase === 'finished') return
  const closed = socket
  archiveFailed.value = false
  try {
    const results = await loadResults()
    if (socket !== closed) return
    archive.value = results
    me.value = meOf(results)
  } catch (error) {
    if (socket !== closed) return
    if (error instanceof ApiError && error.status === 401) unknownRoom()
    else archiveFailed.value = true
  }
}

/** A hall of phones must not come for the new pages in the same second, nor reload in a question. */
function reloadSoon(build: string): void {
  setTimeout(() => {
    const s = state.value
    if (s && wantsReload(s, __BUILD__, kept('leitai.reload'))) reload(build)
  }, Math.random() * 5_000)
}

/** Once for each build: an in-app browser may serve the old page again whatever we do. */
function reload(build: string): void {
  keep('leitai.reload', build)
  const search = new URLSearchParams(location.search)
  search.set('b', build)
  location.replace(`${location.pathname}?${search.toString()}`)
}
