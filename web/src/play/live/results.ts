import { request } from '../../core/api'
import type { ContestInfo, Me, Media, Option, QuestionType } from '../../core/protocol'
import { code } from '../enter'
import { seatOf } from '../seat'

/** GET /api/v1/me/results */
export interface MyResults {
  finished: boolean
  contest: ContestInfo
  entrant: { id: string; name: string; team: { id: string; name: string } }
  points: number | null
  place: number | null
  people: number
  team: { id: string; name: string; place: number | null; teams: number; points: number | null }
  questions: ResultQuestion[]
}
export interface ResultQuestion {
  r: number
  q: number
  type: QuestionType
  category: string
  stem: string
  options: Option[]
  key: string[]
  explanation: string
  source: string
  media: Media[]
  a: string[]
  answered: boolean
  correct: boolean
  points: number
  elapsed_ms: number
  voided: boolean
}

/** As the room told it, as long as it was open. */
export function meOf(r: MyResults): Me {
  const { entrant, points, place, people, team } = r
  return { t: 'me', seq: 0, entrant, points, place, people, gap: null, team, answer: null, result: null }
}

export function loadResults(): Promise<MyResults> {
  return request<MyResults>('/api/v1/me/results', { token: seatOf(code.value).token })
}
