import { describe, expect, it } from 'vitest'
import { pageRows, searchRows, sortRows } from '../../src/console/logic/table'

const rows = [
  { name: '赵敏', points: 30 },
  { name: '陈磊', points: 100 },
  { name: '第 10 支部', points: 30 },
  { name: '第 9 支部', points: 7.5 },
]

describe('tables', () => {
  it('sorts numbers by value and keeps the order of equals', () => {
    expect(sortRows(rows, (r) => r.points, 'descending').map((r) => r.name)).toEqual([
      '陈磊',
      '赵敏',
      '第 10 支部',
      '第 9 支部',
    ])
  })

  it('sorts names by pinyin, and numbers in them by value', () => {
    expect(sortRows(rows, (r) => r.name, 'ascending').map((r) => r.name)).toEqual([
      '陈磊',
      '第 9 支部',
      '第 10 支部',
      '赵敏',
    ])
  })

  it('finds rows that have every word', () => {
    expect(searchRows(rows, '支部 9', (r) => r.name)).toEqual([rows[3]])
    expect(searchRows(rows, '  ', (r) => r.name)).toHaveLength(4)
  })

  it('clamps the page to what there is', () => {
    expect(pageRows([1, 2, 3], 9, 2)).toEqual({ rows: [3], page: 2, pages: 2 })
    expect(pageRows([], 1, 50)).toEqual({ rows: [], page: 1, pages: 1 })
  })

  it('sorts 10,000 people in well under a second', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => ({ name: `张三${(i * 7919) % 10_000}` }))
    const start = performance.now()
    sortRows(many, (r) => r.name, 'ascending')
    expect(performance.now() - start).toBeLessThan(1000)
  })
})
