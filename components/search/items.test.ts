import { expect, test } from 'vitest'
import { paletteGroups, placeOf } from './items'

const given = { isAdmin: true, recent: [{ href: '/agents/1', title: 'web1' }], found: [] }
const keys = (text: string, more = {}) => paletteGroups(text, { ...given, ...more }).map(({ key }) => key)

test('recent places stand first and only before anything is typed', () => {
  expect(keys('')).toEqual(['recent', 'pages', 'does'])
  expect(keys('audit')).toEqual(['pages'])
  expect(keys('sign out')).toEqual(['does'])
})

test('a kind that could not be searched stays, with its reason', () => {
  const found = [
    { kind: 'agent' as const, hits: [], problem: 'The database is away.' },
    { kind: 'action' as const, hits: [], problem: null },
  ]
  expect(paletteGroups('zzz', { ...given, found })).toEqual([
    { key: 'agent', label: 'Agents', items: [], problem: 'The database is away.' },
  ])
})

test('what was chosen before the answer arrived is chosen after it', () => {
  const hits = [{ id: '1', name: 'audit1', detail: '', href: '/agents/1' }]
  const itemsOf = (found: { kind: 'agent'; hits: typeof hits; problem: null }[]) =>
    paletteGroups('audit', { ...given, found }).flatMap(({ items }) => items)
  const [first] = itemsOf([])
  expect(first?.href).toBe('/audit')
  const later = itemsOf([{ kind: 'agent', hits, problem: null }])
  expect(later[0]?.href).toBe('/agents/1')
  expect(later[placeOf(later, first?.key ?? null)]).toEqual(first)
  expect(placeOf(later, null)).toBe(0)
  expect(placeOf(later, 'gone')).toBe(0)
})

test('texts of MIG are spelled out', () => {
  const hits = [{ id: '1', name: 'a\u202eb', detail: 'x\n', href: '/agents/1' }]
  const [agents] = paletteGroups('zzz', { ...given, found: [{ kind: 'agent', hits, problem: null }] })
  expect(agents?.items[0]).toMatchObject({ label: 'a\\u202eb', detail: 'x\\n · 1' })
})
