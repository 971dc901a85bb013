import { ApiError, request } from '../core/api'
import { device } from './keep'
import type {
  AttemptLine,
  Attempt,
  Board,
  Draw,
  Entrant,
  Leave,
  Mine,
  MyContest,
  PaperQuestion,
  Player,
  Redraw,
  Review,
  Save,
  Saved,
  UnitPage,
} from './api'

/** The calls of all pages but the card. */

const base = '/api/v1'

export const findMine = (code: string, token: string): Promise<Mine> =>
  request<Mine>(`${base}/online/${code}/me`, { token })

/**
 * A person's entrant; there is one for each contest, however often this is called. `team` is chosen where the contest is
 * open and the person's unit does not take part; else it is "".
 */
export const enterAsPerson = (code: string, token: string, team = ''): Promise<{ entrant: Entrant }> =>
  request(`${base}/online/${code}/entrants`, { token, body: team ? { team_id: team } : {} })

/** A guest's seat; the same client_id gives the same one. */
export const enterAsGuest = (
  code: string,
  body: { team_id: string; name: string; client_id: string },
): Promise<{ entrant: Entrant; token: string }> => request(`${base}/online/${code}/entrants`, { body })

export const signIn = (body: {
  number: string
  name: string
  pin: string
}): Promise<{ token: string; person: { id: string; name: string } }> =>
  request(`${base}/player/session`, { body })

export const startAttempt = (code: string, token: string, phase: 'practice' | 'formal'): Promise<Attempt> =>
  request(`${base}/online/${code}/attempts`, { token, body: { phase, device: device() } })

export const findAttempt = (id: string, token: string): Promise<Attempt> =>
  request(`${base}/attempts/${id}`, { token })

export const sendSaves = (id: string, token: string, saves: Save[], left: Leave[]): Promise<Saved> =>
  request(`${base}/attempts/${id}/saves`, { token, body: { saves, left } })

export const showQuestion = (id: string, token: string, q: number): Promise<PaperQuestion> =>
  request(`${base}/attempts/${id}/show`, { token, body: { q } })

export const handIn = (id: string, token: string, saves: Save[]): Promise<AttemptLine> =>
  request(`${base}/attempts/${id}/hand-in`, { token, body: { saves } })

export const findReview = (id: string, token: string): Promise<Review> =>
  request(`${base}/attempts/${id}/review`, { token })

export interface BoardQuery {
  board: 'people' | 'units'
  day: string
}
export const findBoard = (code: string, token: string, { board, day }: BoardQuery): Promise<Board> =>
  request(`${base}/online/${code}/boards?board=${board}&day=${day}&around=1`, { token })

export const findUnitPage = (code: string, token: string): Promise<UnitPage> =>
  request(`${base}/online/${code}/unit`, { token })

export const findDraw = (code: string): Promise<Draw> => request(`${base}/online/${code}/draw`)

export const redraw = (code: string, attempt: string): Promise<Redraw> =>
  request(`${base}/online/${code}/redraw`, { body: { attempt } })

export const findPlayer = (token: string): Promise<Player> => request(`${base}/player`, { token })

export const findMyContests = (token: string): Promise<{ contests: MyContest[] }> =>
  request(`${base}/player/contests`, { token })

export const signOut = (token: string): Promise<void> =>
  request(`${base}/player/session`, { method: 'DELETE', token })

/** A personal link that the unit handed out. */
export const useLink = (link: string): Promise<{ token: string; person: { id: string; name: string } }> =>
  request(`${base}/player/link`, { body: { token: link } })

export interface SeasonCard {
  id: string
  name: string
  contests: { code: string; title: string; status: string; weight: number }[]
}

/** All seasons, with what of their contests is published. */
export const findSeasons = (): Promise<{ seasons: SeasonCard[] }> => request(`${base}/seasons`)

export const findSeasonBoard = (id: string, token: string, board: 'people' | 'units'): Promise<Board> =>
  request(`${base}/seasons/${id}/boards?board=${board}&around=1`, { token })

/** The server was not reached, or is not able to answer now: worth trying again. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status >= 500 || error.status === 429)
}
