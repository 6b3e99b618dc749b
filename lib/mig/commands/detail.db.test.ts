import { describe, expect, test } from 'vitest'
import { RESULT_BYTES } from '@/lib/mig/modules-json/answer'
import type { MigId } from '@/lib/mig/wire/id'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { getCommand } from './queries'
import { openStoredResults } from './stored-results'

const viewer = testViewer('investigator')
let next = 100

describe('one command', () => {
  const database = useDatabaseOf('data-rst')

  async function command(results: string | null): Promise<MigId> {
    await database.owner(
      `INSERT INTO public.agents (id, name, queueloc, os, version, pid, starttime, heartbeattime)
       VALUES (1, 'a', 'linux.a.k2', 'linux', 'v', 1, now(), now()) ON CONFLICT DO NOTHING`,
    )
    await database.owner(
      `INSERT INTO public.actions (id, name, target, validfrom, expireafter, operations)
       VALUES (2, 'one', '', now(), now(), '[{"module":"netstat","parameters":{}},{"module":"file"}]') ON CONFLICT DO NOTHING`,
    )
    const id = String(next++) as MigId
    await database.owner(
      `INSERT INTO public.commands (id, actionid, agentid, status, results, starttime) VALUES ($1, 2, 1, 'done', $2, now())`,
      [id, results],
    )
    return id
  }

  async function whole(id: MigId): Promise<{ bytes: number; text: string; chunks: number } | null> {
    const stored = await openStoredResults(viewer, id)
    if (!stored) return null
    let text = ''
    let chunks = 0
    for await (const chunk of stored.text) {
      text += chunk
      chunks++
    }
    return { bytes: stored.bytes, text, chunks }
  }

  test('comes with its modules and its results as stored', async () => {
    const text = '[ {"id": 6059408362783470593, "n": 1e400, "n": "\\u0000☃"} ]'
    const id = await command(text)
    expect(await getCommand(viewer, id)).toMatchObject({
      id,
      results: text,
      resultBytes: Buffer.byteLength(text),
      modules: ['netstat', 'file'],
    })
    expect(await whole(id)).toEqual({ bytes: Buffer.byteLength(text), text, chunks: 1 })
    expect(await getCommand(viewer, '99' as MigId)).toBeNull()
  })

  test('without results', async () => {
    const id = await command(null)
    expect(await getCommand(viewer, id)).toMatchObject({ results: null, resultBytes: 0 })
    expect(await whole(id)).toBeNull()
    expect(await whole('99' as MigId)).toBeNull()
    expect(await whole(await command('null'))).toMatchObject({ text: 'null' })
  })

  test('more than a page reads: its beginning, and all of it in chunks', async () => {
    const text = `["${'☃'.repeat(RESULT_BYTES / 2)}"]`
    const id = await command(text)
    const detail = await getCommand(viewer, id)
    expect(detail?.resultBytes).toBe(Buffer.byteLength(text))
    expect(detail?.results).toHaveLength(20_000)
    const all = await whole(id)
    expect(all?.chunks).toBe(2)
    expect(all?.text === text).toBe(true)
  })

  test('a download that is given up gives its connection back', async () => {
    const id = await command(`["${'x'.repeat(9_000_000)}"]`)
    for (let i = 0; i < 12; i++) {
      const stored = await openStoredResults(viewer, id)
      for await (const _ of stored?.text ?? []) break
    }
    expect(await getCommand(viewer, id)).not.toBeNull()
  })
})
