import { describe, expect, it } from 'vitest'
import { deskKey, keyPlace, type KeyPress } from '../../src/console/logic/keys'

const press = (key: string, over: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrl: false,
  alt: false,
  shift: false,
  repeat: false,
  ...over,
})

describe('desk keys', () => {
  it.each([' ', 'Enter', 'ArrowRight', 'PageDown'])('%j goes on', (key) => {
    expect(deskKey(press(key), 'page')).toBe('step')
  })

  it('leaves keys to the field in which someone types', () => {
    for (const key of [' ', 'Enter', 'b', '+', '?', '/']) expect(deskKey(press(key), 'field')).toBeNull()
    expect(deskKey(press('z', { ctrl: true }), 'field')).toBeNull()
  })

  it('leaves Space, Enter and arrows to a button that has the focus', () => {
    for (const key of [' ', 'Enter', 'ArrowRight', 'ArrowLeft'])
      expect(deskKey(press(key), 'widget')).toBeNull()
    expect(deskKey(press('b'), 'widget')).toBe('blank')
    expect(deskKey(press('PageDown'), 'widget')).toBe('step')
  })

  it('does not run through the show while a key is held down', () => {
    expect(deskKey(press(' ', { repeat: true }), 'page')).toBeNull()
    expect(deskKey(press('b', { repeat: true }), 'page')).toBeNull()
  })

  it('undoes on Ctrl+Z only', () => {
    expect(deskKey(press('z', { ctrl: true }), 'page')).toBe('undo')
    expect(deskKey(press('Z', { ctrl: true, shift: true }), 'page')).toBeNull()
    expect(deskKey(press('z'), 'page')).toBeNull()
    expect(deskKey(press('p', { ctrl: true }), 'page')).toBeNull()
  })

  it('knows where a key was pressed', () => {
    document.body.innerHTML =
      '<input id="a"><input id="b" type="radio"><button id="c"><span id="d"></span></button><p id="e"></p>'
    const place = (id: string) => keyPlace(document.getElementById(id))
    expect([place('a'), place('b'), place('d'), place('e'), keyPlace(null)]).toEqual([
      'field',
      'widget',
      'widget',
      'page',
      'page',
    ])
  })
})
