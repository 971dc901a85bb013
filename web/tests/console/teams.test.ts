import { describe, expect, it } from 'vitest'
import { parseTeams, swapColumns } from '../../src/console/logic/teams'

describe('pasted teams', () => {
  it('reads unit and name, from a spreadsheet or typed', () => {
    const { teams, faults } = parseTeams(
      '华兴科技\t第一支部\r\n华兴科技，第二支部\n华兴科技, 第三支部\n\n园区党委\n',
    )
    expect(faults).toEqual([])
    expect(teams).toEqual([
      { name: '第一支部', group: '华兴科技' },
      { name: '第二支部', group: '华兴科技' },
      { name: '第三支部', group: '华兴科技' },
      { name: '园区党委' },
    ])
  })

  it('keeps spaces inside a name, as one', () => {
    expect(parseTeams('Team  A').teams).toEqual([{ name: 'Team A' }])
  })

  it('leaves out a heading', () => {
    expect(parseTeams('单位\t名称\n甲\t乙').teams).toEqual([{ name: '乙', group: '甲' }])
  })

  it('allows one name in two units, but not twice in one', () => {
    const { teams, faults } = parseTeams('甲,第一支部\n乙,第一支部\n甲,第一支部')
    expect(teams).toHaveLength(2)
    expect(faults).toEqual([{ line: 3, fault: 'duplicate', text: '甲,第一支部' }])
  })

  it('names the line of every fault', () => {
    const long = '长'.repeat(41)
    const { faults } = parseTeams(`${long}\n${long},队\n好队`)
    expect(faults.map((f) => [f.line, f.fault])).toEqual([
      [1, 'name_long'],
      [2, 'group_long'],
    ])
  })

  it('takes at most 500', () => {
    const { teams, faults } = parseTeams(Array.from({ length: 501 }, (_, i) => `队${i}`).join('\n'))
    expect(teams).toHaveLength(500)
    expect(faults[0]).toMatchObject({ line: 501, fault: 'too_many' })
  })

  it('swaps the columns', () => {
    expect(swapColumns('第一支部\t华兴科技\n园区党委')).toBe('华兴科技\t第一支部\n园区党委')
  })
})
