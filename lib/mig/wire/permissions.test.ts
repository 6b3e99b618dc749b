import { expect, test } from 'vitest'
import { DEFAULT_PERMISSIONS, readPermissions } from './permissions'

test('the default mask is the first six', () => {
  expect(readPermissions(DEFAULT_PERMISSIONS)).toEqual({
    allowed: ['search', 'action', 'action_create', 'command', 'agent', 'dashboard'],
    unknownBits: [],
  })
})

test('none, everything, and bits without a name', () => {
  expect(readPermissions(null)).toEqual({ allowed: [], unknownBits: [] })
  expect(readPermissions('262144').allowed).toEqual(['investigator_update'])
  expect(readPermissions('524288').unknownBits).toEqual([19])
  expect(readPermissions('-1').unknownBits).toHaveLength(45)
})
