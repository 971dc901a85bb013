import type { Component } from 'vue'
import type { Route } from './route'
import { prepare } from './words'

/** All pages but the card of a contest, each in a file of its own. */
const loaders: Partial<
  Record<Route['page'], () => Promise<{ default: Component; prepare?: () => Promise<unknown> }>>
> = {
  enter: () => import('./pages/Enter.vue'),
  signin: () => import('./pages/Enter.vue'),
  rules: () => import('./rules'),
  paper: () => import('./pages/Paper.vue'),
  result: () => import('./pages/After.vue'),
  review: () => import('./pages/After.vue'),
  boards: () => import('./boards'),
  unit: () => import('./boards'),
  draw: () => import('./boards'),
  season: () => import('./boards'),
  learn: () => import('./learn'),
  kiosk: () => import('./kiosk'),
  home: () => import('./pages/HomePages.vue'),
  link: () => import('./pages/HomePages.vue'),
}

export async function load(page: Route['page']): Promise<Component> {
  const loader = loaders[page] ?? (() => import('./pages/Lost.vue'))
  // Texts and styles come along, not after.
  const [file] = await Promise.all([loader(), prepare()])
  await (file as { prepare?: () => Promise<unknown> }).prepare?.()
  return file.default
}
