import type { NewTeam } from '../types'

export type TeamFault = 'name_long' | 'group_long' | 'name_missing' | 'duplicate' | 'too_many'

export interface ParsedTeams {
  teams: NewTeam[]
  faults: { line: number; fault: TeamFault; text: string }[]
}

/** Limits of docs/openapi.yaml, NewContest.teams. */
const MAX_NAME = 40
const MAX_GROUP = 40
const MAX_TEAMS = 500

const HEADERS = new Set(['名称', '队名', '队伍', '代表队', '支部', 'team', 'name'])
const SEPARATOR = /[\t,，]/

/**
 * Reads teams pasted one a line: "单位<tab or comma>名称", or a name alone, as it comes out of a spreadsheet.
 * A heading line is left out; blank lines do not count. Names must differ within one group.
 */
export function parseTeams(text: string): ParsedTeams {
  const teams: NewTeam[] = []
  const faults: ParsedTeams['faults'] = []
  const seen = new Set<string>()
  text.split(/\r\n|\r|\n/).forEach((raw, i) => {
    const line = raw.trim()
    if (line === '') return
    const cells = raw
      .split(SEPARATOR)
      .map((cell) => cell.replace(/\s+/g, ' ').trim())
      .filter((cell, at) => cell !== '' || at === 0)
    const fault = (f: TeamFault): void => {
      faults.push({ line: i + 1, fault: f, text: line })
    }
    const [first = '', second] = cells
    const name = second ?? first
    const group = second === undefined ? '' : first
    if (teams.length === 0 && seen.size === 0 && HEADERS.has(name.toLowerCase())) return
    if (name === '') {
      fault('name_missing')
      return
    }
    if ([...name].length > MAX_NAME) {
      fault('name_long')
      return
    }
    if ([...group].length > MAX_GROUP) {
      fault('group_long')
      return
    }
    const id = `${group}\n${name}`
    if (seen.has(id)) {
      fault('duplicate')
      return
    }
    if (teams.length >= MAX_TEAMS) {
      fault('too_many')
      return
    }
    seen.add(id)
    teams.push(group === '' ? { name } : { name, group })
  })
  return { teams, faults }
}

/** Exchanges the two columns of a pasted list; a line with a name alone stays as it is. */
export function swapColumns(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const at = line.search(SEPARATOR)
      if (at < 0) return line
      return `${line.slice(at + 1).trim()}${line.charAt(at)}${line.slice(0, at).trim()}`
    })
    .join('\n')
}
