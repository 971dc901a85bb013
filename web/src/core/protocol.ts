/** Wire types of docs/protocol.md, version 1. Times are server Unix milliseconds, durations milliseconds. */

export const PROTOCOL = 1

export type Role = 'player' | 'screen' | 'desk'
export type Phase = 'lobby' | 'ready' | 'open' | 'closed' | 'revealed' | 'standings' | 'finished'
export type QuestionType = 'single' | 'multiple' | 'judge' | 'fill' | 'order'
export type Scoring = 'fixed' | 'speed' | 'decay' | 'order'
export type Theme = 'red-gold' | 'blue' | 'plain'
export type Formula = 'sum' | 'average' | 'roster_average' | 'top_k_average' | 'participation'
export type ErrorCode =
  | 'invalid'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_late'
  | 'rate_limited'
  | 'unavailable'
  | 'internal'
export type ByeCode =
  | 'replaced'
  | 'room_closed'
  | 'unauthorized'
  | 'unknown_room'
  | 'outdated'
  | 'removed'
  | 'slow'
  | 'shutdown'
  | 'full'
  | 'silent'
  | 'abuse'

// Client to server

export interface Hello {
  t: 'hello'
  v: 1
  role: Role
  code: string
  token?: string
  view?: string
  build?: string
}
export interface Ping {
  t: 'ping'
  c: number
}
export interface Answer {
  t: 'answer'
  id: string
  r: number
  q: number
  a: string[]
}
export type ClientMessage = Hello | Ping | Answer

// Server to client

export interface ContestInfo {
  title: string
  organizer: string
  theme: Theme
  logo: string
  sponsor: string
}
export interface RoundInfo {
  no: number
  rounds: number
  title: string
  format: string
  questions: number
  scoring: Scoring
}
export interface Option {
  id: string
  text: string
}
/** A picture, sound or video. Sounds and videos are for the big screen. */
export interface Media {
  kind: 'image' | 'audio' | 'video'
  /** stem, explanation, or an option's letter */
  part: string
  url: string
  alt: string
  /** px of an image, else 0 */
  width: number
  height: number
}
export interface Question {
  no: number
  type: QuestionType
  category: string
  points: number
  stem: string
  options: Option[]
  /** Number of blanks of a fill question, else 0. */
  blanks: number
  /** Of stem and options. */
  media: Media[]
}
export interface Reveal {
  key: string[]
  explanation: string
  source: string
  /** letter → entrants; for fill: right, wrong */
  counts: Record<string, number>
  answered: number
  correct: number
  /** Of the explanation. */
  media: Media[]
}
export interface TeamRow {
  id: string
  name: string
  place: number
  points: number
  /** Points gained since the previous standings. */
  delta: number
  previous_place: number
  people: number
}
export interface PersonRow {
  id: string
  name: string
  team: string
  place: number
  points: number
  elapsed_ms: number
}
export interface Standings {
  final: boolean
  formula: Formula
  k: number
  teams: TeamRow[]
  people: PersonRow[]
}
export interface StateBase {
  t: 'state'
  seq: number
  server_ms: number
  build: string
  code: string
  contest: ContestInfo
  phase: Phase
  paused: boolean
  remaining_ms: number | null
  blank: boolean
  break_until_ms: number | null
  scores_hidden: boolean
  round: RoundInfo | null
  question: Question | null
  question_no: number
  opens_ms: number | null
  closes_ms: number | null
  limit_ms: number
  auto_ms: number | null
  voided: boolean
  reveal: Reveal | null
  standings: Standings | null
}
export type PlayerState = StateBase

export interface Lobby {
  people: number
  connected: number
  teams: { id: string; name: string; people: number; connected: number }[]
  latest: { name: string; team: string }[]
}
export interface Count {
  connected: number
  /** Answers received for the current question. */
  answered: number
  /** Of these, on disk and acknowledged. */
  acknowledged: number
  screens: number
}
export interface ScreenState extends StateBase {
  join_url: string
  lobby: Lobby
  count: Count
}

export type Command =
  | 'next'
  | 'back'
  | 'lock'
  | 'reveal'
  | 'pause'
  | 'resume'
  | 'extend'
  | 'void'
  | 'skip'
  | 'blank'
  | 'hide_scores'
  | 'break'
  | 'end_break'
  | 'adjust'
  | 'pacing'
  | 'finish'
  | 'undo'
export interface KeyedQuestion extends Question {
  key: string[]
  explanation: string
  source: string
  difficulty: number
}
export interface LedgerEntry {
  id: string
  seq: number
  at_ms: number
  /** The command, or "recovered" after an outage. */
  kind: string
  operator: string
  round_no: number
  question_no: number
  team: string
  entrant: string
  points: number
  reason: string
  /** id of the entry that this one reverses, else "" */
  reverses: string
  /** id of the entry that reversed this one, else "" */
  reversed_by: string
  undoable: boolean
}
export interface Pacing {
  /** The room goes on by itself. */
  auto_advance: boolean
  /** Pause after the key and after standings when it goes on by itself. */
  pause_ms: number
  /** When standings are shown. */
  standings: 'every' | 'end'
  scores_hidden: boolean
  /** Where the question's text is shown. */
  question_on: 'both' | 'screen'
}
export interface DeskTeam {
  id: string
  name: string
  place: number
  points: number
  people: number
  connected: number
}
export interface DeskState extends ScreenState {
  contest_id: string
  current: KeyedQuestion | null
  next: KeyedQuestion | null
  can: Command[]
  pacing: Pacing
  ledger: LedgerEntry[]
  teams: DeskTeam[]
}

export interface Me {
  t: 'me'
  seq: number
  entrant: { id: string; name: string; team: { id: string; name: string } }
  points: number | null
  place: number | null
  people: number
  gap: number | null
  team: { id: string; name: string; place: number | null; teams: number; points: number | null }
  answer: { r: number; q: number; a: string[]; id: string } | null
  result: {
    r: number
    q: number
    answered: boolean
    correct: boolean
    points: number
    elapsed_ms: number
    a: string[]
  } | null
}
export interface AnswerAck {
  t: 'answer.ack'
  id: string
  r: number
  q: number
  status: 'accepted' | 'duplicate'
  a: string[]
  received_ms: number
}
export interface Pong {
  t: 'pong'
  c: number
  server_ms: number
}
export interface CountMessage extends Count {
  t: 'count'
  seq: number
}
export interface LobbyMessage extends Lobby {
  t: 'lobby'
  seq: number
}
export interface ErrorMessage {
  t: 'error'
  code: ErrorCode
  key: string
  re?: string
}
export interface Bye {
  t: 'bye'
  code: ByeCode
  retry: boolean
}
export type ServerMessage<S extends StateBase = StateBase> =
  S | Me | AnswerAck | Pong | CountMessage | LobbyMessage | ErrorMessage | Bye
