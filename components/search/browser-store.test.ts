import { expect, test } from 'vitest'
import { browserStore } from './browser-store'
import { setSingleKeys, singleKeysOn } from './keys'
import { recentPlaces, rememberPlace } from './recent'

const forbidden = {
  get localStorage(): Storage {
    throw new DOMException('denied', 'SecurityError')
  },
}

test.each([forbidden, {}])('a browser without a store keeps nothing, and nothing fails', (browser) => {
  const store = browserStore('localStorage', browser)
  expect(() => rememberPlace(store, '2', { href: '/', title: 'x' })).not.toThrow()
  expect(recentPlaces(store, '2')).toEqual([])
  expect(singleKeysOn(store)).toBe(true)
  expect(setSingleKeys(store, false)).toBe(false)
})

test('a store that is there is the browser’s own', () => {
  const own = { getItem: () => 'kept' } as unknown as Storage
  expect(browserStore('sessionStorage', { sessionStorage: own })).toBe(own)
})
