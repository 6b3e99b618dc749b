import { rmSync } from 'node:fs'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openPool } from '@/lib/db/pool'
import { onPrimary, reader } from '@/lib/db/read'
import {
  type Pools,
  type Position,
  readOn,
  readPosition,
  setStandby,
  standbyState,
  writtenPosition,
} from '@/lib/db/standby'
import { type Begun, beginAnswer } from '@/lib/streamed-answer'
import { run } from '@/lib/testing/database'
import { inRequest } from '@/lib/testing/request-scope'
import { temporaryDataDir } from '@/lib/testing/site'
import { type Pair, startPair } from '@/lib/testing/standby'

const kept = globalThis as unknown as { migPool?: pg.Pool }
const dir = temporaryDataDir()
let pair: Pair

beforeAll(async () => {
  pair = await startPair(dir)
  kept.migPool = openPool(pair.primary.programUrl)
  setStandby(pair.readUrl)
})

afterAll(async () => {
  setStandby(null)
  await kept.migPool?.end()
  kept.migPool = undefined
  await pair?.stop()
  rmSync(dir, { recursive: true, force: true })
})

const modules = async ({ pages }: Pools) => {
  const { rows } = await pages.query<{ standby: boolean; n: number }>(
    'SELECT pg_is_in_recovery() AS standby, count(*)::integer AS n FROM public.modules',
  )
  return rows[0]
}

async function addModule(name: string): Promise<Position> {
  await run(
    pair.primary.ownerUrl,
    'INSERT INTO public.modules (id, name) SELECT coalesce(max(id), 0) + 1, $1 FROM public.modules',
    [name],
  )
  return readPosition(await writtenPosition()) as Position
}

const usable = () =>
  vi.waitFor(async () => expect(await standbyState()).toMatchObject({ problem: null }), {
    timeout: 20_000,
    interval: 200,
  })

describe('a position', () => {
  test('is read as PostgreSQL prints it', () => {
    expect(readPosition('16/B374D848')).toBe(0x16b374d848n)
    expect(readPosition('0/0')).toBe(0n)
    expect(readPosition('FFFFFFFF/FFFFFFFF')).toBe((1n << 64n) - 1n)
  })

  test.each(['', '16', '16/', '/1', '16/B374D848 ', '123456789/0', 'x/y', null, undefined])('is not %j', (text) => {
    expect(readPosition(text)).toBeNull()
  })
})

describe('with a standby', () => {
  test('a read that may be a moment old goes there, one that has to see everything does not', async () => {
    await usable()
    expect(await readOn(0n, modules)).toMatchObject({ standby: true })
    expect(await readOn(null, modules)).toMatchObject({ standby: false })
  })

  test('who has written reads on the primary until it is replayed', async () => {
    await pair.onStandby('SELECT pg_wal_replay_pause()')
    const before = (await readOn(0n, modules))?.n ?? 0
    const written = await addModule('written')
    expect(await readOn(written, modules)).toEqual({ standby: false, n: before + 1 })
    expect(await readOn(0n, modules)).toEqual({ standby: true, n: before })
    await pair.onStandby('SELECT pg_wal_replay_resume()')
    await vi.waitFor(async () => expect(await readOn(written, modules)).toEqual({ standby: true, n: before + 1 }), {
      timeout: 10_000,
      interval: 100,
    })
  })

  test('one that lacks what is older than a minute is not read from', async () => {
    await pair.onStandby('SELECT pg_wal_replay_pause()')
    await addModule('late')
    await vi.waitFor(async () => expect((await standbyState())?.behindMs).toBeGreaterThan(0), {
      timeout: 5_000,
      interval: 200,
    })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 })
    try {
      await vi.waitFor(async () => expect(await standbyState()).toMatchObject({ problem: 'behind' }), {
        timeout: 5_000,
        interval: 200,
      })
      expect(await readOn(0n, modules)).toMatchObject({ standby: false })
    } finally {
      vi.useRealTimers()
      await pair.onStandby('SELECT pg_wal_replay_resume()')
    }
    await usable()
    expect(await standbyState()).toEqual({ problem: null, behindMs: 0 })
  })

  test.each(['40001', '42P01'])(
    'a read that it gives up (%s) runs on the primary, and the next one there again',
    async (code) => {
      await usable()
      const seen: boolean[] = []
      const answer = await readOn(0n, async (on) => {
        const here = await modules(on)
        seen.push(here?.standby === true)
        if (here?.standby)
          await on.pages.query(`DO $$ BEGIN RAISE EXCEPTION 'given up' USING ERRCODE = '${code}'; END $$`)
        return here
      })
      expect([answer?.standby, ...seen]).toEqual([false, true, false])
      expect(await readOn(0n, modules)).toMatchObject({ standby: true })
    },
  )

  test('with all its connections taken by our own reads it is not called away', async () => {
    await usable()
    const held: pg.PoolClient[] = []
    await readOn(0n, async ({ pages }) => {
      if (held.length > 0) return
      for (let i = 0; i < 10; i++) held.push(await pages.connect())
    })
    try {
      expect(await readOn(0n, modules)).toMatchObject({ standby: false })
      expect(await standbyState()).toMatchObject({ problem: null })
    } finally {
      for (const client of held) client.release()
    }
    expect(await readOn(0n, modules)).toMatchObject({ standby: true })
  })

  test('what must see all that is written reads on the primary', async () => {
    const where = async () => (await reader().query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby')).rows
    expect(await onPrimary(where)).toEqual([{ standby: false }])
  })

  test('what is read while an answer is taken is read where its request reads', async () => {
    await usable()
    async function* places() {
      for (let i = 0; i < 3; i++) {
        const { rows } = await reader().query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby')
        yield `${rows[0]?.standby} `
      }
    }
    const begin = () => beginAnswer(new Request('http://127.0.0.1:3000/export'), places())
    // Taken where Next knows of no request any more.
    const taken = async (begun: Begun) => (await begun.answer({})).text()
    expect(await taken(await inRequest(begin))).toBe('true true true ')
    await pair.onStandby('SELECT pg_wal_replay_pause()')
    await addModule('after the mark')
    const headers = { cookie: `mig-written=${await writtenPosition()}` }
    expect(await taken(await inRequest(begin, { headers }))).toBe('false false false ')
    await pair.onStandby('SELECT pg_wal_replay_resume()')
  })

  test('an error of the read itself is thrown', async () => {
    await expect(readOn(0n, ({ pages }) => pages.query('SELECT 1 / 0'))).rejects.toMatchObject({ code: '22012' })
    await expect(readOn(0n, ({ pages }) => pages.query('SELECT FROM public.nowhere'))).rejects.toMatchObject({
      code: '42P01',
    })
  })

  test('killed in the middle of a read: the read ends on the primary, until it is back', async () => {
    await usable()
    const reading = readOn(0n, async (on) => {
      const { rows } = await on.pages.query<{ standby: boolean }>(
        'SELECT pg_is_in_recovery() AS standby, CASE WHEN pg_is_in_recovery() THEN pg_sleep(8) END',
      )
      return rows[0]?.standby
    })
    await new Promise((resolve) => setTimeout(resolve, 500))
    await pair.killStandby()
    expect(await reading).toBe(false)
    expect(await standbyState()).toMatchObject({ problem: 'away' })
    expect(await readOn(0n, modules)).toMatchObject({ standby: false })
    await pair.startStandby()
    await usable()
    expect(await readOn(0n, modules)).toMatchObject({ standby: true })
  })

  test('an address that names the primary is no standby', async () => {
    setStandby(`${pair.primary.programUrl}?application_name=reads`)
    expect(await readOn(0n, modules)).toMatchObject({ standby: false })
    expect(await standbyState()).toMatchObject({ problem: 'primary' })
    setStandby(pair.readUrl)
  })
})
