import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { Instant } from '@/lib/mig/wire/time'
import { readStoredKeys } from './key-cache'

const stored = (name: string) =>
  readFileSync(path.join(import.meta.dirname, '../../pgp/test-keys', `${name}.asc`), 'utf8')

const TEXTS: Record<string, string> = { '1': stored('dsa2048'), '2': stored('rsa3072-subkey'), '3': 'garbage' }
const ROWS = [
  { id: '1', digest: 'cache-test-one' },
  { id: '2', digest: 'cache-test-two' },
  { id: '3', digest: 'cache-test-three' },
  { id: '4', digest: null },
]

test('a key is fetched and parsed once, and again only when something in it ends or another text is stored', async () => {
  const fetched: string[][] = []
  const read = (clock: string, rows = ROWS) =>
    readStoredKeys(rows, clock as Instant, async (ids) => {
      fetched.push(ids)
      return ids.map((id) => ({ id, publickey: TEXTS[id] ?? null }))
    })
  const first = await read('2027-06-01T00:00:00Z')
  expect(fetched).toEqual([['1', '2', '3']])
  expect(
    [...first.values()].map((reading) => reading && (reading.ok ? reading.key.algorithm : reading.problem)),
  ).toEqual([null, 'DSA 2048', 'RSA 3072', 'not-a-key'])
  await read('2027-06-01T00:00:00Z')
  await read('2028-11-21T10:50:29Z')
  expect(fetched).toHaveLength(1)
  // The second key expires at 10:50:30; the others never.
  const later = (await read('2028-11-21T10:50:30Z')).get('2')
  expect(fetched).toEqual([['1', '2', '3'], ['2']])
  expect(later).toMatchObject({ ok: true, key: { cannotSign: 'expired' } })
  await read('2028-11-22T00:00:00Z')
  expect(fetched).toHaveLength(2)
  await read('2028-11-22T00:00:00Z', [{ id: '1', digest: 'cache-test-changed' }])
  expect(fetched.at(-1)).toEqual(['1'])
})
