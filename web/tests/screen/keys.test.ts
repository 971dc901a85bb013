import { describe, expect, it } from 'vitest'
import { commandOf } from '../../src/screen/logic/commands'
import { cueOf } from '../../src/screen/logic/cues'
import type { Press } from '../../src/screen/logic/keys'
import { actionOf } from '../../src/screen/logic/keys'

function press(key: string, more: Partial<Press> = {}): Press {
  return { key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more }
}

describe('keys', () => {
  it.each([
    ['PageDown', { kind: 'next' }],
    ['ArrowRight', { kind: 'next' }],
    [' ', { kind: 'next' }],
    ['PageUp', { kind: 'back' }],
    ['ArrowLeft', { kind: 'back' }],
    ['b', { kind: 'blank' }],
    ['B', { kind: 'blank' }],
    ['.', { kind: 'blank' }],
    ['f', { kind: 'fullscreen' }],
    ['M', { kind: 'mute' }],
    ['+', { kind: 'extend', seconds: 5 }],
    ['=', { kind: 'extend', seconds: 5 }],
    ['-', { kind: 'extend', seconds: -5 }],
    ['1', { kind: 'team', index: 0 }],
    ['9', { kind: 'team', index: 8 }],
    ['0', { kind: 'team', index: null }],
    ['ArrowDown', { kind: 'page', by: 1 }],
    ['ArrowUp', { kind: 'page', by: -1 }],
    ['?', { kind: 'help' }],
    ['Escape', { kind: 'close' }],
  ])('%s', (key, action) => {
    expect(actionOf(press(key))).toEqual(action)
  })
  it("a clicker's F5 does not reload", () => {
    expect(actionOf(press('F5'))).toEqual({ kind: 'enter-fullscreen' })
  })
  it('undo needs Ctrl or Cmd, and the browser keeps its own shortcuts', () => {
    expect(actionOf(press('z', { ctrlKey: true }))).toEqual({ kind: 'undo' })
    expect(actionOf(press('Z', { metaKey: true }))).toEqual({ kind: 'undo' })
    expect(actionOf(press('z'))).toBeNull()
    expect(actionOf(press('r', { ctrlKey: true }))).toBeNull()
    expect(actionOf(press('F5', { ctrlKey: true }))).toBeNull()
    expect(actionOf(press('ArrowLeft', { altKey: true }))).toBeNull()
  })
  it('a key held down steers once, and only turns pages again', () => {
    expect(actionOf(press('PageDown', { repeat: true }))).toBeNull()
    expect(actionOf(press('z', { ctrlKey: true, repeat: true }))).toBeNull()
    expect(actionOf(press('ArrowDown', { repeat: true }))).toEqual({ kind: 'page', by: 1 })
  })
  it.each(['a', 'Enter', 'Tab', 'F11', 'F12', 'Process', 'Unidentified'])('%s is not ours', (key) => {
    expect(actionOf(press(key))).toBeNull()
  })
})

describe('commands', () => {
  const state = { seq: 41, blank: false }
  it('of steps carry the seq that was seen, so that a double press moves once', () => {
    expect(commandOf({ kind: 'next' }, state, 'x')).toEqual({ id: 'x', command: 'next', seq: 41 })
    expect(commandOf({ kind: 'back' }, state, 'x')).toEqual({ id: 'x', command: 'back', seq: 41 })
    expect(commandOf({ kind: 'undo' }, state, 'x')).toEqual({ id: 'x', command: 'undo', seq: 41 })
  })
  it('turn the blank over', () => {
    expect(commandOf({ kind: 'blank' }, state, 'x')).toEqual({ id: 'x', command: 'blank', on: true })
    expect(commandOf({ kind: 'blank' }, { seq: 1, blank: true }, 'x')).toMatchObject({ on: false })
  })
  it('extend by seconds', () => {
    expect(commandOf({ kind: 'extend', seconds: -5 }, state, 'x')).toEqual({
      id: 'x',
      command: 'extend',
      seconds: -5,
    })
  })
  it('are not made of keys that stay here', () => {
    expect(commandOf({ kind: 'mute' }, state, 'x')).toBeNull()
    expect(commandOf({ kind: 'team', index: 1 }, state, 'x')).toBeNull()
  })
})

describe('sounds', () => {
  it('belong to steps, not to joining in the middle', () => {
    expect(cueOf(null, 'revealed')).toBeNull()
    expect(cueOf('open', 'open')).toBeNull()
    expect(cueOf('ready', 'open')).toBe('start')
    expect(cueOf('open', 'closed')).toBe('gong')
    expect(cueOf('closed', 'revealed')).toBe('reveal')
    expect(cueOf('standings', 'revealed')).toBeNull()
  })
})
