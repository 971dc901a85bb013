import { ApiError } from '../../core/api'
import { explain } from '../say'
import type { Unit } from './types'

/** The tree as pages need it: who stands below whom, and what a unit is called with all above it. */
export interface Tree {
  list: readonly Unit[]
  byId: Map<string, Unit>
  below: Map<string, Unit[]>
  path: (id: string) => string
}

export function treeOf(list: readonly Unit[]): Tree {
  const byId = new Map(list.map((u) => [u.id, u]))
  const below = new Map<string, Unit[]>()
  for (const u of list) {
    const siblings = below.get(u.parent_id)
    if (siblings) siblings.push(u)
    else below.set(u.parent_id, [u])
  }
  const path = (id: string): string => {
    const names: string[] = []
    for (let u = byId.get(id); u && names.length < 20; u = byId.get(u.parent_id)) names.unshift(u.name)
    return names.join(' / ')
  }
  return { list, byId, below, path }
}

/** Whether a unit is another one or stands below it. */
export function isBelow(tree: Tree, id: string, above: string): boolean {
  for (let u = tree.byId.get(id), n = 0; u && n < 20; u = tree.byId.get(u.parent_id), n++)
    if (u.id === above) return true
  return false
}

export interface Line {
  unit: Unit
  depth: number
  open: boolean
  leaf: boolean
}

const fold = (s: string): string => s.normalize('NFKC').toLowerCase().replace(/\s/g, '')

/** The lines that a tree shows: open units with those below, or with a search what fits and everything above it. */
export function linesOf(tree: Tree, open: ReadonlySet<string>, search: string): Line[] {
  const query = fold(search)
  const fits = new Set<string>()
  if (query)
    for (const u of tree.list)
      if ([u.name, ...u.aliases].some((n) => fold(n).includes(query)))
        for (let at: Unit | undefined = u; at && !fits.has(at.id); at = tree.byId.get(at.parent_id))
          fits.add(at.id)
  const lines: Line[] = []
  const walk = (parent: string, depth: number): void => {
    for (const unit of tree.below.get(parent) ?? []) {
      if (query && !fits.has(unit.id)) continue
      const children = tree.below.get(unit.id) ?? []
      const shown = query ? children.some((c) => fits.has(c.id)) : open.has(unit.id)
      lines.push({ unit, depth, open: shown && children.length > 0, leaf: children.length === 0 })
      if (shown && depth < 20) walk(unit.id, depth + 1)
    }
  }
  walk('', 0)
  return lines
}

/** What the server says of one field stands by itself: the message names it. */
export function explainField(err: unknown): string {
  if (err instanceof ApiError && Object.keys(err.fields).length === 1 && err.message !== '')
    return err.message
  return explain(err)
}
