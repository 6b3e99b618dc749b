import { createHash } from 'node:crypto'
import fc from 'fast-check'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openPool, pool } from '@/lib/db/pool'
import { db } from '@/lib/db/prisma'
import type { Instant } from '@/lib/mig/wire/time'
import { inRollback, run, useTestDatabase, withClient } from '@/lib/testing/database'
import { testViewer } from '@/lib/testing/viewer'
import { LOCK_CHAIN } from './chain.sql'
import { checkpoint } from './checkpoint'
import { recordAudit } from './record'
import { type ChainState, verifyChain } from './verify'

// biome-ignore lint/correctness/useHookAtTopLevel: no hook of React
const database = useTestDatabase()
const viewer = testViewer('admin', { name: 'Ann “Ω” Perkins' })

const write = (n: number, after: Record<string, unknown> = { n }) =>
  db().$transaction((tx) =>
    recordAudit(tx, viewer, {
      kind: 'acl.weight.set',
      object: { type: 'invagtmodperm', id: String(n) },
      before: null,
      after,
    }),
  )

async function writeSome(count: number): Promise<string[]> {
  const ids: string[] = []
  for (let n = 0; n < count; n++)
    ids.push(await write(n, { n, text: `'é\n"\\`, big: '6059408362783470592', deep: { a: [1.5, null] } }))
  return ids
}

/** As a superuser who takes the trigger away for it. */
const tamper = (statement: string) =>
  run(
    database.ownerUrl,
    `BEGIN; ALTER TABLE dashboard.audit DISABLE TRIGGER audit_append_only; ${statement};
     ALTER TABLE dashboard.audit ENABLE TRIGGER audit_append_only; COMMIT`,
  )

const good = (state: ChainState) => {
  expect(state).toMatchObject({ ok: true })
  return state as Extract<ChainState, { ok: true }>
}
const bad = (state: ChainState) => {
  expect(state).toMatchObject({ ok: false })
  return state as Extract<ChainState, { ok: false }>
}

afterAll(async () => {
  await db().$disconnect()
})

describe('the chain', () => {
  let ids: string[] = []

  beforeEach(async () => {
    await tamper('TRUNCATE dashboard.audit')
    ids = await writeSome(9)
  })

  it('is whole when nobody touched it, in batches of any size and in any time zone', async () => {
    const { rows, head, since } = good(await verifyChain(pool()))
    expect(rows).toBe(9)
    expect(since).toBeNull()
    expect(head).toMatch(/^[0-9a-f]{64}$/)
    for (const batch of [1, 2, 3, 8, 9, 10])
      expect(await verifyChain(pool(), { batch })).toEqual({ ok: true, rows: 9, head, since, batchesUnread: 0 })
    await withClient(database.ownerUrl, async (client) => {
      await client.query(`SET timezone = 'Asia/Kolkata'`)
      expect(await verifyChain(client)).toEqual({ ok: true, rows: 9, head, since, batchesUnread: 0 })
      expect((await client.query('SHOW timezone')).rows[0].TimeZone).toBe('Asia/Kolkata')
    })
  })

  it('is whole without any row', async () => {
    await tamper('TRUNCATE dashboard.audit')
    expect(await verifyChain(pool())).toEqual({ ok: true, rows: 0, head: null, since: null, batchesUnread: 0 })
  })

  it.each([
    "at = at + interval '1 microsecond'",
    `viewer_name = 'Somebody else'`,
    `viewer_role = 'investigator'`,
    'viewer_id = 3',
    `viewer_fingerprint = repeat('A', 40)`,
    `via = 'web'`,
    `address = '192.0.2.1'`,
    `kind = 'acl.weight.remove'`,
    `object_type = 'agtmodreq'`,
    `object_id = '77'`,
    `before = '{}'`,
    `after = after || '{"n": 5}'`,
    `detail = 'null'`,
    'hash = NULL',
    `hash = sha256('x')`,
    'previous_hash = NULL',
  ])('names a row in which %s was set by hand', async (change) => {
    await tamper(`UPDATE dashboard.audit SET ${change} WHERE id = ${ids[4]}`)
    for (const batch of [1, 3, 100]) {
      const state = bad(await verifyChain(pool(), { batch }))
      expect(state.brokenAt).toBe(ids[4])
      expect(state.why).toContain(`Row ${ids[4]} was altered`)
    }
  })

  it('names the first of several altered rows', async () => {
    await tamper(`UPDATE dashboard.audit SET kind = 'x' WHERE id IN (${ids[6]}, ${ids[2]})`)
    expect(bad(await verifyChain(pool())).brokenAt).toBe(ids[2])
    expect(bad(await verifyChain(pool(), { batch: 2 })).brokenAt).toBe(ids[2])
  })

  it('names the row behind one that was altered with its hash computed anew', async () => {
    await tamper(`UPDATE dashboard.audit SET after = '{}', hash = sha256(convert_to(jsonb_build_object(
      'at', at, 'viewer_id', viewer_id, 'viewer_name', viewer_name, 'viewer_role', viewer_role, 'viewer_fingerprint', viewer_fingerprint,
      'via', via, 'address', address, 'kind', kind, 'object_type', object_type, 'object_id', object_id, 'before', before::text,
      'after', '{}', 'detail', detail::text, 'previous_hash', encode(previous_hash, 'hex'))::text, 'UTF8')) WHERE id = ${ids[4]}`)
    const state = bad(await verifyChain(pool()))
    expect(state.brokenAt).toBe(ids[5])
    expect(state.why).toContain(`Row ${ids[5]} does not follow row ${ids[4]}`)
  })

  it('names the row behind one that was removed', async () => {
    await tamper(`DELETE FROM dashboard.audit WHERE id = ${ids[3]}`)
    for (const batch of [1, 3, 100]) {
      const state = bad(await verifyChain(pool(), { batch }))
      expect(state.brokenAt).toBe(ids[4])
      expect(state.why).toContain(`row ${ids[2]}`)
    }
  })

  it('names a row that was put in', async () => {
    await tamper(`DELETE FROM dashboard.audit WHERE id = ${ids[3]};
      INSERT INTO dashboard.audit OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(a, jsonb_build_object('id', ${ids[3]}))).*
      FROM dashboard.audit a WHERE id = ${ids[7]}`)
    expect(bad(await verifyChain(pool())).brokenAt).toBe(ids[3])
  })

  it('sees that its beginning is gone', async () => {
    await tamper(`DELETE FROM dashboard.audit WHERE id <= ${ids[1]}`)
    const state = bad(await verifyChain(pool()))
    expect(state.brokenAt).toBe(ids[2])
    expect(state.why).toContain('without a checkpoint')
  })

  it('shows a cut tail to who knows the head', async () => {
    const { head } = good(await verifyChain(pool()))
    await writeSome(2)
    const expected = { expect: head?.toUpperCase() }
    expect(good(await verifyChain(pool(), expected)).rows).toBe(11)
    expect(good(await verifyChain(pool(), { ...expected, batch: 2 })).rows).toBe(11)
    await tamper(`DELETE FROM dashboard.audit WHERE id >= ${ids[8]}`)
    expect(good(await verifyChain(pool())).rows).toBe(8)
    const state = bad(await verifyChain(pool(), expected))
    expect(state).toEqual({
      ok: false,
      brokenAt: ids[7],
      why: `The 8 rows up to row ${ids[7]} belong together, but the expected head is not among them: rows were cut off at the end, or all were written anew.`,
    })
    await tamper('TRUNCATE dashboard.audit')
    expect(bad(await verifyChain(pool(), expected))).toMatchObject({
      brokenAt: null,
      why: expect.stringContaining('empty'),
    })
  })

  it('refuses an expected head that is none', async () => {
    for (const expect_ of ['', 'zz', 'a'.repeat(63)])
      expect(bad(await verifyChain(pool(), { expect: expect_ })).why).toContain('64 digits')
  })

  it('bears gaps of transactions that were rolled back', async () => {
    await expect(
      db().$transaction(async (tx) => {
        await recordAudit(tx, viewer, { kind: 'x', object: { type: 'x', id: '1' }, before: null, after: null })
        throw new Error('undone')
      }),
    ).rejects.toThrow('undone')
    const id = await write(10)
    expect(Number(id)).toBe(Number(ids[8]) + 2)
    expect(good(await verifyChain(pool())).rows).toBe(10)
  })

  it('can be read from its end only, and says from where', async () => {
    const { head } = good(await verifyChain(pool()))
    expect(await verifyChain(pool(), { last: 4 })).toEqual({ ok: true, rows: 4, head, since: ids[5], batchesUnread: 0 })
    expect(await verifyChain(pool(), { last: 9 })).toEqual({ ok: true, rows: 9, head, since: null, batchesUnread: 0 })
    await tamper(`UPDATE dashboard.audit SET kind = 'x' WHERE id = ${ids[5]}`)
    expect(bad(await verifyChain(pool(), { last: 4 })).brokenAt).toBe(ids[5])
    expect(good(await verifyChain(pool(), { last: 3 })).since).toBe(ids[6])
  })

  it('goes on behind a checkpoint, which is a row', async () => {
    const { head } = good(await verifyChain(pool()))
    const [{ at }] = (await pool().query<{ at: Instant }>(`SELECT at FROM dashboard.audit WHERE id = ${ids[6]}`))
      .rows as [{ at: Instant }]
    await withClient(database.ownerUrl, async (owner) => {
      const done = await checkpoint(owner, at)
      expect(done).toMatchObject({ removed: 6, lastId: ids[5] })
      const state = good(await verifyChain(pool()))
      expect(state).toMatchObject({ rows: 4, head: done.head })
      // A head of before the checkpoint is known as long as its row is there, and the last removed one for ever.
      expect(good(await verifyChain(pool(), { expect: head ?? '' })).rows).toBe(4)
      const { rows } = await pool().query<{ kind: string; object_id: string; detail: string }>(
        'SELECT kind, object_id, detail FROM dashboard.audit ORDER BY id DESC LIMIT 1',
      )
      expect(rows[0]).toMatchObject({ kind: 'audit.checkpoint', object_id: ids[5] })
      const { hash } = JSON.parse(rows[0]?.detail ?? '')
      expect(good(await verifyChain(pool(), { expect: hash })).rows).toBe(4)

      // Nothing older is there any more: nothing is removed, and no row says so.
      expect(await checkpoint(owner, at)).toEqual({ removed: 0, lastId: null, head: done.head })
      expect(good(await verifyChain(pool())).rows).toBe(4)
      // The next one takes the first one with it.
      await write(11)
      expect(await checkpoint(owner, '2999-01-01T00:00:00Z' as Instant)).toMatchObject({ removed: 5 })
      expect(good(await verifyChain(pool())).rows).toBe(1)
      // Rows that go without one are missed still, and the table is append-only again.
      await expect(owner.query('DELETE FROM dashboard.audit')).rejects.toThrow('append-only')
    })
  })

  it('takes the cells of a batch away with its row, and no others', async () => {
    const [old, young] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'] as const
    const batch = async (id: string) => {
      await pool().query(`INSERT INTO dashboard.acl_change VALUES ('${id}', 1, 'agtmodreq', 5, 1, NULL, NULL, 2)`)
      const event = { kind: 'acl.batch.save', object: { type: 'acl_batch', id }, before: null, after: null }
      return db().$transaction((tx) => recordAudit(tx, viewer, event))
    }
    await batch(old)
    const kept = await batch(young)
    const { rows } = await pool().query<{ at: Instant }>(`SELECT at FROM dashboard.audit WHERE id = ${kept}`)
    await withClient(database.ownerUrl, async (owner) => {
      expect(await checkpoint(owner, rows[0]?.at as Instant)).toMatchObject({ removed: 10 })
      const cells = await owner.query('SELECT batch FROM dashboard.acl_change')
      expect(cells.rows).toEqual([{ batch: young }])
      await expect(owner.query('DELETE FROM dashboard.acl_change')).rejects.toThrow('append-only')
    })
  })

  it('is shortened beside a batch that is being saved, which comes first', async () => {
    const saving = await pool().connect()
    try {
      await saving.query('BEGIN')
      await saving.query(
        `INSERT INTO dashboard.acl_change VALUES ('00000000-0000-4000-8000-000000000003', 1, 'agtmodreq', 5, 1, NULL, NULL, 2)`,
      )
      await withClient(database.ownerUrl, async (owner) => {
        const shortened = checkpoint(owner, '2999-01-01T00:00:00Z' as Instant)
        await expect
          .poll(() =>
            run(
              database.ownerUrl,
              `SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'dashboard.acl_change'::regclass`,
            ),
          )
          .toHaveLength(1)
        // The batch ends with its row of the audit.
        await saving.query(LOCK_CHAIN)
        await saving.query('COMMIT')
        expect(await shortened).toMatchObject({ removed: 9 })
      })
    } finally {
      saving.release(true)
    }
  })

  it('is not hidden by a checkpoint when it is broken', async () => {
    await tamper(`UPDATE dashboard.audit SET kind = 'x' WHERE id = ${ids[2]}`)
    await withClient(database.ownerUrl, async (owner) => {
      await expect(checkpoint(owner, '2999-01-01T00:00:00Z' as Instant)).rejects.toThrow(`Row ${ids[2]} was altered`)
    })
    expect(await run(database.ownerUrl, 'SELECT count(*)::int AS n FROM dashboard.audit')).toEqual([{ n: 9 }])
  })
})

describe('the program itself', () => {
  beforeAll(() => tamper('TRUNCATE dashboard.audit'))

  it.each([
    'UPDATE dashboard.audit SET kind = kind',
    'DELETE FROM dashboard.audit',
    'TRUNCATE dashboard.audit',
    'ALTER TABLE dashboard.audit DISABLE TRIGGER audit_append_only',
    'DROP TRIGGER audit_append_only ON dashboard.audit',
    'CREATE OR REPLACE FUNCTION dashboard.audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$',
    'DROP TABLE dashboard.audit',
    `SET session_replication_role = 'replica'`,
  ])('cannot %s', async (statement) => {
    await write(1)
    await inRollback(database.programUrl, async (client) => {
      await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' })
    })
  })

  it('cannot make a checkpoint', async () => {
    await write(1)
    const before = await run(database.ownerUrl, 'SELECT count(*)::int AS n FROM dashboard.audit')
    await withClient(database.programUrl, async (client) => {
      await expect(checkpoint(client, '2999-01-01T00:00:00Z' as Instant)).rejects.toMatchObject({ code: '42501' })
    })
    expect(await run(database.ownerUrl, 'SELECT count(*)::int AS n FROM dashboard.audit')).toEqual(before)
  })

  it.each(['UPDATE dashboard.audit SET kind = kind', 'DELETE FROM dashboard.audit', 'TRUNCATE dashboard.audit'])(
    'nor can the owner by mistake: %s',
    async (statement) => {
      await inRollback(database.ownerUrl, async (client) => {
        await expect(client.query(statement)).rejects.toThrow('append-only')
      })
    },
  )
})

describe('many at once', () => {
  const pools: pg.Pool[] = []
  beforeAll(() => tamper('TRUNCATE dashboard.audit'))
  afterAll(async () => {
    for (const one of pools) await one.end()
  })

  it('give a whole chain, whatever the order and whoever gives up', async () => {
    pools.push(openPool(database.programUrl))
    let written = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            undone: fc.boolean(),
            rows: fc.integer({ min: 1, max: 3 }),
            after: fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()),
          }),
          { minLength: 1, maxLength: 8 },
        ),
        async (writers) => {
          await Promise.allSettled(
            writers.map(({ undone, rows, after }) =>
              db().$transaction(async (tx) => {
                for (let n = 0; n < rows; n++)
                  await recordAudit(tx, viewer, {
                    kind: 'x.y',
                    object: { type: 'x', id: String(n) },
                    before: null,
                    after: storable(after),
                  })
                if (undone) throw new Error('undone')
                written += rows
              }),
            ),
          )
          expect(good(await verifyChain(pools[0] as pg.Pool, { batch: 7 })).rows).toBe(written)
        },
      ),
      { numRuns: 25 },
    )
    expect(written).toBeGreaterThan(25)
  })
})

/** Without what jsonb has no place for: NUL, lone surrogates, numbers beyond numeric's text. */
function storable(value: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value).replace(/\\u(0000|d[89a-f][0-9a-f]{2})/gi, '?'))
}

describe('the cells of a batch', () => {
  const LINES = [
    ['agtmodreq', '', '7', '1', '', '2'],
    ['invagtmodperm', '4', '7', '1', '3', ''],
  ]
  const BATCH = '3f0e6c9a-0000-4000-8000-000000000001'
  let row = ''
  const cells = (statement: string) =>
    run(
      database.ownerUrl,
      `BEGIN; ALTER TABLE dashboard.acl_change DISABLE TRIGGER acl_change_append_only; ${statement};
       ALTER TABLE dashboard.acl_change ENABLE TRIGGER acl_change_append_only; COMMIT`,
    )

  const seal = (id: string, cells: number, sha256: string) =>
    db().$transaction((tx) =>
      recordAudit(tx, viewer, {
        kind: 'acl.batch.save',
        object: { type: 'acl_batch', id },
        before: null,
        after: null,
        detail: { cells, sha256 },
      }),
    )

  beforeEach(async () => {
    await tamper('TRUNCATE dashboard.audit')
    await cells('TRUNCATE dashboard.acl_change')
    await writeSome(2)
    await run(
      database.ownerUrl,
      `INSERT INTO dashboard.acl_change (batch, n, table_name, agentid, moduleid, investigatorid, before, after)
       VALUES ('${BATCH}', 1, 'agtmodreq', 7, 1, NULL, NULL, 2), ('${BATCH}', 2, 'invagtmodperm', 7, 1, 4, 3, NULL)`,
    )
    const sha256 = createHash('sha256')
      .update(LINES.map((line) => `${line.join(',')}\n`).join(''))
      .digest('hex')
    row = await seal(BATCH, 2, sha256)
    await writeSome(2)
  })

  it('are those that its row sealed', async () => {
    expect(await verifyChain(pool())).toMatchObject({ ok: true, rows: 5 })
  })

  it.each([
    ['UPDATE dashboard.acl_change SET after = 3 WHERE n = 1', 'do not give the SHA-256'],
    ['UPDATE dashboard.acl_change SET agentid = 8 WHERE n = 2', 'do not give the SHA-256'],
    ['DELETE FROM dashboard.acl_change WHERE n = 2', 'there are 1, and 2 were saved'],
    [
      `INSERT INTO dashboard.acl_change (batch, n, table_name, agentid, moduleid, after) VALUES ('${BATCH}', 3, 'agtmodreq', 9, 1, 1)`,
      'there are 3, and 2 were saved',
    ],
  ])('%s: the batch is named', async (statement, why) => {
    await cells(statement)
    const state = bad(await verifyChain(pool()))
    expect(state.brokenAt).toBe(row)
    expect(state.why).toContain(`The cells of batch ${row} were altered`)
    expect(state.why).toContain(why)
    // Only the last rows, which the batch is not one of; and no more cells than asked for.
    expect(await verifyChain(pool(), { last: 2 })).toMatchObject({ ok: true })
    expect(await verifyChain(pool(), { last: 4 })).toMatchObject({ ok: false })
    expect(await verifyChain(pool(), { cells: 1 })).toMatchObject({ ok: true, batchesUnread: 1 })
    expect(await verifyChain(pool(), { cells: 2 })).toMatchObject({ ok: false })
  })

  it('are read behind a newer batch that alone has too many, which is counted', async () => {
    const wrong = createHash('sha256').digest('hex')
    await seal('3f0e6c9a-0000-4000-8000-000000000002', 5, wrong)
    expect(await verifyChain(pool(), { cells: 4 })).toMatchObject({ ok: true, batchesUnread: 1 })
    expect(await verifyChain(pool(), { cells: 1 })).toMatchObject({ ok: true, batchesUnread: 2 })
    expect(await verifyChain(pool(), { cells: 5 })).toMatchObject({ ok: false })
    await cells('UPDATE dashboard.acl_change SET after = 3 WHERE n = 1')
    expect(bad(await verifyChain(pool(), { cells: 4 })).brokenAt).toBe(row)
  })
})
