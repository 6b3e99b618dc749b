import { expect, test } from 'vitest'
import { asksForSearch, commandFor, GO, isHeard, setSingleKeys, singleKeysOn, typedOnto } from './keys'
import { PLACES } from './places'

const press = (key: string, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...more })

test('single keys mean one thing, and after "g" another', () => {
  expect(commandFor(press('g'), false)).toEqual({ begins: 'g' })
  expect(commandFor(press('a'), true)).toEqual({ go: '/actions' })
  expect(commandFor(press('a'), false)).toBeNull()
  expect(commandFor(press('g'), true)).toBeNull()
  expect(commandFor(press('constructor'), true)).toBeNull()
  expect(commandFor(press('/'), false)).toEqual({ does: 'filter' })
  expect(commandFor(press('j'), false)).toEqual({ does: 'next' })
  expect(commandFor(press('?'), false)).toEqual({ does: 'sheet' })
})

test.each(['ctrlKey', 'metaKey', 'altKey'])('with %s a key is the browser’s', (held) => {
  for (const key of ['g', '/', 'j', '?']) expect(commandFor(press(key, { [held]: true }), false)).toBeNull()
})

const heard = { repeat: false, isComposing: false, defaultPrevented: false, shiftKey: false }

test('Ctrl-K and ⌘K ask for the search', () => {
  for (const key of ['k', 'K'])
    for (const held of ['ctrlKey', 'metaKey'])
      expect(asksForSearch({ ...heard, ...press(key, { [held]: true }) })).toBe(true)
  expect(asksForSearch({ ...heard, ...press('k') })).toBe(false)
  for (const held of ['altKey', 'shiftKey'])
    expect(asksForSearch({ ...heard, ...press('k', { ctrlKey: true, [held]: true }) })).toBe(false)
})

test('keys without a name, of an input method, or answered by somebody else are not heard', () => {
  for (const more of [{ key: undefined }, { isComposing: true }, { defaultPrevented: true }]) {
    const event = { ...heard, ...press('k', { ctrlKey: true }), ...more } as Parameters<typeof asksForSearch>[0]
    expect(isHeard(event)).toBe(false)
    expect(asksForSearch(event)).toBe(false)
  }
})

test('a held "g" is one "g", a held "j" walks on', () => {
  expect(isHeard({ ...heard, key: 'g', repeat: true })).toBe(false)
  expect(isHeard({ ...heard, key: 'j', repeat: true })).toBe(true)
})

test('what is typed before the field of the search is there is text, and nothing else is', () => {
  const type = (text: string, key: string, more = {}) => typedOnto(text, { ...press(key), isComposing: false, ...more })
  expect(type('', 'g')).toBe('g')
  expect(type('g', ' ')).toBe('g ')
  expect(type('é', '😀')).toBe('é😀')
  expect(type('é😀', 'Backspace')).toBe('é')
  expect(type('', 'Backspace')).toBe('')
  for (const key of ['Enter', 'Escape', 'ArrowDown', 'F5', 'Shift', 'Dead']) expect(type('a', key)).toBeNull()
  for (const more of [{ ctrlKey: true }, { metaKey: true }, { isComposing: true }, { key: undefined }])
    expect(type('a', 'v', more)).toBeNull()
})

test('every "g" leads to a page of the search', () => {
  const hrefs = PLACES.map(({ href }) => href)
  for (const { href } of Object.values(GO)) expect(hrefs).toContain(href)
})

test('they are on until they are turned off', () => {
  const kept = new Map<string, string>()
  const store = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => {
      kept.set(key, text)
    },
  }
  expect(singleKeysOn(store)).toBe(true)
  expect(setSingleKeys(store, false)).toBe(true)
  expect(singleKeysOn(store)).toBe(false)
  setSingleKeys(store, true)
  expect(singleKeysOn(store)).toBe(true)
})

test('a browser that keeps nothing has them on, and says that it cannot turn them off', () => {
  const refuses = () => {
    throw new Error('denied')
  }
  expect(singleKeysOn({ getItem: refuses })).toBe(true)
  expect(setSingleKeys({ setItem: refuses }, false)).toBe(false)
})
