import { gunzipSync } from 'node:zlib'
import { beforeEach, describe, expect, test } from 'vitest'
import { createToken } from '@/lib/auth/token-mutations'
import { streamStatement } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import { exportRoute } from '@/lib/export'
import { addInvestigator } from '@/lib/mig/investigators/mutations'
import { investigatorList } from '@/lib/mig/investigators/search-params'
import { newKey } from '@/lib/testing/keys'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'

const operator = testViewer('admin', { id: null, name: 'operator' })
const LINES = 200_000

describe('an export that may be packed', () => {
  useDatabaseOf('2019')
  let authorization = ''
  let made = 0
  let ended = 0
  beforeEach(async () => {
    const key = (await newKey()).publicKey
    const { id } = await addInvestigator(operator, { name: 'Ann', key }, { anyway: true })
    const { secret } = await createToken(operator, { kind: 'person', investigatorId: id, name: 'report', days: 1 })
    authorization = `Bearer ${secret}`
    made = 0
    ended = 0
  })

  const GET = exportRoute(investigatorList, () => ({
    columns: [{ name: 'n', kind: 'number' }],
    rows: (async function* () {
      try {
        for (; made < LINES; made += 1000) {
          // As a database answers: not at once.
          await new Promise((resolve) => setImmediate(resolve))
          yield Array.from({ length: 1000 }, (_, i) => ({ n: made + i }))
        }
      } finally {
        ended++
      }
    })(),
  }))
  const ask = (headers: Record<string, string> = {}, more: RequestInit = {}) =>
    GET(
      new Request('http://127.0.0.1:3000/investigators/export', { headers: { authorization, ...headers }, ...more }),
      {
        params: Promise.resolve({}),
      },
    )

  test('is the same text in gzip, and says so to whom told it that it may', async () => {
    const plain = await ask()
    expect(plain.headers.get('x-mig-packed')).toBeNull()
    const text = await plain.text()
    expect(text.split('\r\n')).toHaveLength(LINES + 2)
    made = 0
    const packed = await ask({ 'x-mig-may-pack': '1' })
    expect(packed.headers.get('x-mig-packed')).toBe('gzip')
    for (const { headers } of [plain, packed]) expect(headers.get('vary')).toBe('Accept-Encoding')
    const bytes = Buffer.from(await packed.arrayBuffer())
    expect(bytes.length).toBeLessThan(text.length / 2)
    expect(gunzipSync(bytes).toString('utf8') === text).toBe(true)
  })

  test.each([{}, { 'x-mig-may-pack': '1' }])(
    'is made as fast as it is taken, and not on when nobody takes it: %j',
    async (headers) => {
      const reader = ((await ask(headers as Record<string, string>)).body as ReadableStream).getReader()
      await reader.read()
      await new Promise((resolve) => setTimeout(resolve, 200))
      const held = made
      expect(held).toBeLessThan(LINES)
      await new Promise((resolve) => setTimeout(resolve, 200))
      expect(made).toBe(held)
      await reader.cancel()
      await expect.poll(() => ended).toBe(1)
      expect(made).toBeLessThan(LINES)
    },
  )

  test.each([{}, { 'x-mig-may-pack': '1' }])(
    'ends when its reader goes before anybody takes its body: %j',
    async (headers) => {
      const gone = await ask(headers as Record<string, string>, { signal: AbortSignal.abort() })
      expect([gone.body, ended]).toEqual([null, 1])
      const reader = new AbortController()
      const { body } = await ask(headers as Record<string, string>, { signal: reader.signal })
      reader.abort()
      await expect.poll(() => ended).toBe(2)
      expect(made).toBeLessThan(LINES)
      await expect((body as ReadableStream).getReader().read()).rejects.toThrow()
    },
  )

  test('whose statement takes too long is a sentence, and no empty file', async () => {
    const slow = exportRoute(investigatorList, () => ({
      columns: [{ name: 'n', kind: 'text' }],
      rows: streamStatement<{ n: string }>(sql`SELECT pg_sleep(60)::text AS n`, { timeout: '2s' }),
    }))
    const answer = await slow(
      new Request('http://127.0.0.1:3000/investigators/export', { headers: { authorization } }),
      {
        params: Promise.resolve({}),
      },
    )
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('took too long to answer')])
  })

  test('is not begun for a HEAD request', async () => {
    const { body, headers, status } = await ask({ 'x-mig-may-pack': '1' }, { method: 'HEAD' })
    expect([status, body]).toEqual([200, null])
    expect(headers.get('content-disposition')).toContain('attachment')
    expect(ended).toBe(1)
    expect(made).toBeLessThan(LINES)
  })
})
