import { describe, expect, it } from 'vitest'
import { commandBody } from '../../src/console/logic/command'

describe('a command', () => {
  it('carries the seq that the operator saw when it moves the show', () => {
    for (const name of ['next', 'back', 'lock', 'reveal', 'skip', 'finish'] as const) {
      expect(commandBody(name, {}, 12)).toMatchObject({ command: name, seq: 12 })
    }
  })

  it('carries none when it holds at any moment', () => {
    expect(commandBody('adjust', { team_id: 't1', points: -10, reason: '违规' }, 12)).toEqual({
      id: expect.stringMatching(/^.{20,64}$/) as string,
      command: 'adjust',
      team_id: 't1',
      points: -10,
      reason: '违规',
    })
    expect(commandBody('extend', { seconds: 10 }, 12)).not.toHaveProperty('seq')
  })

  it('has an id of its own each time', () => {
    expect(commandBody('next', {}, 1).id).not.toBe(commandBody('next', {}, 1).id)
  })
})
