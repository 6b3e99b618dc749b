import { expect, test } from 'vitest'
import { paletteGroups } from './items'

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

test('texts of MIG are spelled out', () => {
  const hits = [{ id: '1', name: 'a\u202eb', detail: 'x\n', href: '/agents/1' }]
  const [agents] = paletteGroups('zzz', { ...given, found: [{ kind: 'agent', hits, problem: null }] })
  expect(agents?.items[0]).toMatchObject({ label: 'a\\u202eb', detail: 'x\\n · 1' })
})
