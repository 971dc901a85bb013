import { describe, expect, it } from 'vitest'
import type { TeamRow } from '../../src/core/protocol'
import { namePieces } from '../../src/screen/logic/names'
import { pageCount, rowsPerPage, slicePage, turn } from '../../src/screen/logic/paging'
import { podium, seats } from '../../src/screen/logic/podium'
import { formatDelta, formatPoints, raceRows, rowsOnPage } from '../../src/screen/logic/race'
import { tileGrid } from '../../src/screen/logic/tiles'

function team(id: string, place: number, previous: number, points: number, delta = 0): TeamRow {
  return { id, name: id, place, points, delta, previous_place: previous, people: 5 }
}

describe('rows of the race', () => {
  it('keep one order in the DOM, whoever leads', () => {
    const before = raceRows([team('c', 1, 1, 9), team('a', 2, 2, 8), team('b', 3, 3, 7)])
    const after = raceRows([team('b', 1, 3, 20, 13), team('c', 2, 1, 12, 3), team('a', 3, 2, 8)])
    expect(before.map((r) => r.team.id)).toEqual(['a', 'b', 'c'])
    expect(after.map((r) => r.team.id)).toEqual(['a', 'b', 'c'])
    expect(after.map((r) => [r.from, r.to, r.moved])).toEqual([
      [1, 2, -1],
      [2, 0, 2],
      [0, 1, -1],
    ])
  })
  it('give teams that share a place a row each', () => {
    const rows = raceRows([team('a', 1, 1, 9), team('b', 2, 2, 8), team('c', 2, 2, 8), team('d', 4, 4, 1)])
    expect(new Set(rows.map((r) => r.to)).size).toBe(4)
    expect(new Set(rows.map((r) => r.from)).size).toBe(4)
  })
  it('measure bars against the longest there ever is on the way', () => {
    const rows = raceRows([team('a', 1, 2, 50, 30), team('b', 2, 1, 30, -70)])
    expect(rows.map((r) => [r.fromScale, r.toScale])).toEqual([
      [0.2, 0.5],
      [1, 0.3],
    ])
  })
  it('draw no bar for points below nought', () => {
    expect(raceRows([team('a', 1, 1, -5, -5)])[0]).toMatchObject({ fromScale: 0, toScale: 0 })
  })
  it('start where they stand when there was no place before', () => {
    const rows = raceRows([team('b', 1, 0, 9, 9), team('a', 2, 0, 8, 8)])
    expect(rows.every((r) => r.from === r.to && r.moved === 0)).toBe(true)
  })
  it('have no place, medal or arrow while nobody has points', () => {
    const rows = raceRows([team('a', 1, 1, 0), team('b', 1, 1, 0), team('c', 1, 1, 0)])
    expect(rows.map((r) => [r.place, r.medal, r.moved])).toEqual([
      [0, false, 0],
      [0, false, 0],
      [0, false, 0],
    ])
  })
  it('do not fall from a place that all shared at nought', () => {
    const rows = raceRows([team('a', 1, 1, 10, 10), team('b', 2, 1, 5, 5), team('c', 3, 1, 0)])
    expect(rows.map((r) => [r.place, r.medal, r.moved])).toEqual([
      [1, true, 0],
      [2, true, 0],
      [3, false, 0],
    ])
    const later = raceRows([
      team('a', 1, 1, 20, 10),
      team('b', 2, 2, 5, 5),
      team('c', 3, 2, 0),
      team('d', 3, 2, 0),
    ])
    expect(later.map((r) => r.moved)).toEqual([0, 0, 0, 0])
  })
  it('of a team without people and points have no place', () => {
    const rows = raceRows([team('a', 1, 1, 10, 10), { ...team('b', 2, 1, 0), people: 0 }])
    expect(rows.map((r) => r.place)).toEqual([1, 0])
  })
  it('on a page are those that start, end or pass there', () => {
    const rows = raceRows([
      team('a', 1, 6, 9),
      team('b', 2, 1, 8),
      team('c', 3, 2, 7),
      team('d', 4, 3, 6),
      team('e', 5, 4, 5),
      team('f', 6, 5, 4),
    ])
    expect(rowsOnPage(rows, 1, 2).map((r) => r.team.id)).toEqual(['a', 'c', 'd', 'e'])
  })
})

describe('points', () => {
  it.each([
    [96, '96'],
    [96.5, '96.5'],
    [96.25, '96.25'],
    [1234567.1, '1,234,567.1'],
    [-5, '−5'],
    [0.1 + 0.2, '0.3'],
  ])('%d is written %s', (points, text) => {
    expect(formatPoints(points)).toBe(text)
  })
  it('a gain has a plus, and none has nothing', () => {
    expect([formatDelta(3), formatDelta(0), formatDelta(-2)]).toEqual(['+3', '', '−2'])
  })
})

describe('pages', () => {
  it.each([
    [1, 1],
    [16, 16],
    [17, 10],
    [28, 14],
    [30, 10],
    [56, 14],
    [57, 12],
    [500, 14],
  ])('%d teams stand %d to a page', (teams, size) => {
    expect(rowsPerPage(teams)).toBe(size)
  })
  it('of more than 16 teams have 10 to 16 rows', () => {
    for (let n = 17; n <= 500; n++) {
      expect(rowsPerPage(n)).toBeGreaterThanOrEqual(10)
      expect(rowsPerPage(n)).toBeLessThanOrEqual(16)
    }
  })
  it('go round in both directions', () => {
    expect([turn(3, 1, 4), turn(0, -1, 4), turn(0, 1, 1), turn(2, 1, 0)]).toEqual([0, 3, 0, 0])
  })
  it('hold every row once', () => {
    const items = Array.from({ length: 56 }, (_, i) => i)
    const pages = Array.from({ length: pageCount(56, 14) }, (_, p) => slicePage(items, p, 14))
    expect(pages.flat()).toEqual(items)
    expect(pageCount(0, 14)).toBe(1)
  })
})

describe('names of teams', () => {
  it.each([
    ['云梭研发党支部', '云梭/研发党支部'],
    ['锦纬质量党支部', '锦纬/质量党支部'],
    ['园区第一党支部', '园区/第一党支部'],
    ['绮原党支部', '绮原/党支部'],
    ['财政局代表队', '财政局/代表队'],
    ['第56支部', '第56支部'],
    ['Team Alpha', 'Team /Alpha'],
    ['机关第二党支部联合代表队', '机关第二/党支部/联合代表队'],
  ])('%s breaks as %s', (name, pieces) => {
    expect(namePieces(name).join('/')).toBe(pieces)
  })
  it('lose nothing', () => {
    for (const name of ['江苏长江智能制造研究院有限公司', 'A', '队', '一 二', '', '🎉队伍', '甲队乙']) {
      expect(namePieces(name).join('')).toBe(name)
    }
  })
})

describe('the lobby', () => {
  const space = { width: 1204, height: 584, gap: 8, highest: 190 }
  const many = (n: number, pieces: number[]): number[][] => Array.from({ length: n }, () => pieces)
  it.each([0, 1, 3, 6, 12, 24, 56, 100, 500])('has a place for each of %d teams', (n) => {
    const grid = tileGrid(many(n, [2, 5]), 2, space)
    expect(grid.size * grid.pages).toBeGreaterThanOrEqual(n)
    expect(grid.columns * grid.rows).toBeGreaterThanOrEqual(grid.size)
    expect(grid.rows * (grid.height + 8) - 8).toBeLessThanOrEqual(584)
    expect(grid.font).toBeGreaterThanOrEqual(28)
  })
  it('shows 56 short names at once, and longer ones on two pages', () => {
    expect(tileGrid(many(56, [4]), 2, space).pages).toBe(1)
    expect(tileGrid(many(56, [2, 5]), 2, space).pages).toBe(2)
  })
  it('lets few tiles use the height', () => {
    const grid = tileGrid(many(3, [2, 5]), 2, space)
    expect(grid.font).toBeGreaterThanOrEqual(64)
    expect(grid.rows * (grid.height + 8)).toBeGreaterThan(500)
  })
  it('sets names that fit nowhere smaller, not cut', () => {
    const grid = tileGrid(many(500, [30]), 2, space)
    expect(grid.size).toBeLessThanOrEqual(12)
    expect(grid.font).toBeGreaterThan(0)
  })
})

describe('the podium', () => {
  it('takes the first three, and shared places share a title', () => {
    const rows = [team('a', 1, 1, 9), team('b', 1, 1, 9), team('c', 3, 3, 7), team('d', 4, 4, 6)]
    expect(podium({ teams: rows, people: [] }).map((w) => [w.id, w.title])).toEqual([
      ['a', 'podium.first'],
      ['b', 'podium.first'],
      ['c', 'podium.third'],
    ])
  })
  it('has no place for nought points', () => {
    const rows = [team('a', 1, 1, 10), team('b', 2, 1, 0), { ...team('c', 2, 1, 0), people: 0 }]
    expect(podium({ teams: rows, people: [] }).map((w) => w.id)).toEqual(['a'])
    // With points that staff gave it stands where the ranking has it, or the hall would see two results.
    const given = [{ ...team('c', 1, 1, 50), people: 0 }, team('a', 2, 1, 10), team('b', 3, 1, 3)]
    expect(podium({ teams: given, people: [] }).map((w) => w.id)).toEqual(['c', 'a', 'b'])
    expect(podium({ teams: [team('a', 1, 1, 0), team('b', 1, 1, 0)], people: [] })).toEqual([])
  })
  it('takes all who share a place, or none of them', () => {
    const places = (n: number[]): number[] =>
      podium({ teams: n.map((p, i) => team(`t${i}`, p, 1, 50 - p)), people: [] }).map((w) => w.place)
    expect(places([1, 2, 2, 4])).toEqual([1, 2, 2])
    expect(places([1, 2, 3, 3, 3, 6])).toEqual([1, 2, 3, 3, 3])
    expect(places([1, 1, 1, 1, 5])).toEqual([1, 1, 1, 1])
    expect(places([1, 2, 3, 3, 3, 3, 3])).toEqual([1, 2])
    expect(places([1, 1, 1, 1, 1, 1, 1])).toEqual([])
  })
  it('has the first in the middle', () => {
    const row = (places: number[]): number[] => {
      const order = seats(places.map((place) => ({ place })))
      return places
        .map((p, i) => [order[i] ?? 0, p] as const)
        .sort((a, b) => a[0] - b[0])
        .map(([, p]) => p)
    }
    expect(row([1, 2, 3])).toEqual([2, 1, 3])
    expect(row([1, 2, 2])).toEqual([2, 1, 2])
    expect(row([1, 2, 3, 3, 3])).toEqual([3, 2, 1, 3, 3])
  })
  it('is for people where one team plays alone', () => {
    const people = [{ id: 'p', name: '王芳', team: 'a', place: 1, points: 9, elapsed_ms: 1 }]
    expect(podium({ teams: [team('a', 1, 1, 9)], people }).map((w) => w.id)).toEqual(['p'])
    expect(podium({ teams: [], people: [] })).toEqual([])
  })
})
