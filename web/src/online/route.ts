import { shallowRef } from 'vue'

export interface AttemptRoute {
  page: 'paper' | 'result' | 'review'
  code: string
  attempt: string
}
/** Pages and their addresses. */
export type Route =
  | { page: 'contest' | 'enter' | 'rules' | 'boards' | 'unit' | 'draw'; code: string }
  | AttemptRoute
  | { page: 'season'; id: string }
  | { page: 'link'; token: string }
  | { page: 'home' | 'signin' | 'kiosk' | 'lost' }
  | { page: 'lost'; code: string }
  | { page: 'learn'; mode: string; set: string }

/** The page at a path; "lost" for one that there is not. */
export function parse(path: string): Route {
  const [top, one = '', two = '', three = ''] = path.split('/').slice(1)
  const lost: Route = { page: 'lost' }
  switch (top) {
    case 'o':
      if (!one) return lost
      if (three && (two === 'paper' || two === 'result' || two === 'review'))
        return { page: two, code: one, attempt: three }
      if (two === 'enter' || two === 'rules' || two === 'boards' || two === 'unit' || two === 'draw')
        return { page: two, code: one }
      return two ? lost : { page: 'contest', code: one }
    case 'seasons':
      return one ? { page: 'season', id: one } : lost
    case 'in':
      return one ? { page: 'link', token: one } : lost
    case 'me':
      if (one === 'learn') return { page: 'learn', mode: two, set: three }
      if (one === 'sign-in') return { page: 'signin' }
      return one ? lost : { page: 'home' }
    case 'kiosk':
      return { page: 'kiosk' }
    default:
      return lost
  }
}

export const route = shallowRef<Route>(parse(location.pathname))

/** How many pages of ours lie behind this one: the way back must not lead out of the program. */
let depth = 0

export function go(path: string, replace = false): void {
  if (replace) history.replaceState(history.state, '', path)
  else history.pushState(++depth, '', path)
  route.value = parse(path)
}

/** One page up: back where the person came from that way, else to the address given. */
export function back(up: string): void {
  if (depth > 0) history.back()
  else go(up, true)
}

addEventListener('popstate', (event) => {
  depth = Number(event.state) || 0
  route.value = parse(location.pathname)
})
