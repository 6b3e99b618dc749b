import { expect, test } from 'vitest'
import { forgetPlaces, recentPlaces, rememberPlace } from './recent'

function storeOf(kept: Record<string, string> = {}) {
  return {
    kept,
    getItem: (key: string) => kept[key] ?? null,
    setItem: (key: string, text: string) => {
      kept[key] = text
    },
    removeItem: (key: string) => {
      delete kept[key]
    },
  }
}

test('the newest place is first, once, and eight are kept', () => {
  const store = storeOf()
  for (let i = 0; i < 10; i++) rememberPlace(store, '2', { href: `/agents/${i}`, title: `agent ${i}` })
  rememberPlace(store, '2', { href: '/agents/5', title: 'agent five' })
  const places = recentPlaces(store, '2')
  expect(places.map(({ href }) => href)).toEqual(['5', '9', '8', '7', '6', '4', '3', '2'].map((i) => `/agents/${i}`))
  expect(places[0]?.title).toBe('agent five')
})

test('each person has places of their own', () => {
  const store = storeOf()
  rememberPlace(store, '2', { href: '/audit', title: 'Audit' })
  expect(recentPlaces(store, '3')).toEqual([])
})

test('nothing is left of what is forgotten', () => {
  const store = storeOf()
  for (const person of ['2', '3']) rememberPlace(store, person, { href: '/audit', title: 'Audit' })
  forgetPlaces(store, '2')
  expect(Object.keys(store.kept)).toEqual(['recent:3'])
})

test.each([
  'no json',
  '{"href":"/a"}',
  '[null,1,"x",{"href":"/a"}]',
  '[{"href":"//evil.example","title":"x"},{"href":"javascript:alert(1)","title":"x"},{"href":"/\\\\evil","title":"x"}]',
])('what is not ours is left out: %s', (text) => {
  expect(recentPlaces(storeOf({ 'recent:2': text }), '2')).toEqual([])
})

test('a store that refuses is no failure', () => {
  const store = {
    getItem: () => null,
    setItem: () => {
      throw new Error('full')
    },
  }
  expect(() => rememberPlace(store, '2', { href: '/', title: 'x' })).not.toThrow()
})
