import { expect, test } from 'vitest'
import { commandFor, GO, setSingleKeys, singleKeysOn } from './keys'
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
