import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { pool } from '@/lib/db/pool'
import { raw, sql } from '@/lib/db/sql'
import { earlier } from '@/lib/mig/agents/state'
import { forgetVintage, vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { ACTION_STATUSES } from '@/lib/mig/wire/status'
import { type Instant, instantFromPostgres, parseRfc3339 } from '@/lib/mig/wire/time'
import type { TestVintage } from '@/lib/testing/database'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { ATTENTION_REASONS, attentionBounds, attentionOf, createdOf } from './anomalies'
import { attentionReasonSql, idCreatedSql } from './attention.sql'

const now = parseRfc3339('2014-09-15T21:18:09.235444Z') as Instant
const timings = { collectorPeriod: 60_000 }
const bounds = attentionBounds(now, timings)
const COLUMNS = ['sentctr', 'returnedctr', 'donectr', 'cancelledctr', 'failedctr', 'timeoutctr'] as const

const DISTANCES = [-86_400_000, -60_000, -0.001, 0, 0.001, 60_000, 60_000.001, 120_000, 120_000.001, 86_400_000]
const momentText = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(...DISTANCES, 86_400_000.001, 9e8).map((age) => earlier(now, age) as string),
  },
  fc.constantFrom('9998-01-11 11:11:11+00', '0001-01-01 00:00:00+00', 'infinity', '-infinity', null),
)
const idText = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .integer({ min: -200, max: 2 })
      .map((s) => String((BigInt(Math.floor(Date.parse(now) / 1000) + s) << 32n) + 4096n)),
  },
  fc.constantFrom('1', '0', '1424000000000000000', '5000000000000', '9007199254740993', '20000000000000000000'),
)
const counter = fc.constantFrom(null, 0, 0, 1, 2)
const record = fc.record({
  id: idText,
  status: fc.constantFrom(...ACTION_STATUSES, 'dancing', null),
  validfrom: momentText,
  expireafter: momentText,
  starttime: momentText,
  counters: fc.tuple(counter, counter, counter, counter, counter, counter),
})
const NO_COUNTERS = [null, null, null, null, null, null] as const

const momentOf = (text: string | null) => (text === null ? null : (parseRfc3339(text) ?? instantFromPostgres(text)))

describe.each<TestVintage>(['data-rst', 'scripts', '2019'])('what needs attention in the layout %s', (layout) => {
  useDatabaseOf(layout)
  beforeAll(forgetVintage)

  it('is the same by the rule and by its SQL', async () => {
    const v = await vintage()
    const made = fc.sample(record, { numRuns: 8_000, seed: 20140915 })
    const rows = made.map(({ counters, ...one }, n) => ({
      ...one,
      n,
      ...(v.counters && Object.fromEntries(COLUMNS.map((column, i) => [column, counters[i]]))),
    }))
    // A layout without counters has no such columns to name.
    const columns = raw(v.counters ? COLUMNS.map((column) => `, ${column} integer`).join('') : '')
    const { rows: found } = await pool().query<{ n: number; reason: string | null }>(sql`
      SELECT a.n, ${attentionReasonSql(v, 'a', bounds)} AS reason
      FROM json_to_recordset(${JSON.stringify(rows)}::json) AS a (n integer, id numeric, status text,
        validfrom timestamptz, expireafter timestamptz, starttime timestamptz${columns}) ORDER BY a.n`)
    const seen = new Set<string | null>()
    for (const [n, one] of made.entries()) {
      const [sent, returned, done, cancelled, failed, timeout] = v.counters ? one.counters : NO_COUNTERS
      const reason = attentionOf(
        {
          id: one.id as MigId,
          status: one.status,
          validfrom: momentOf(one.validfrom),
          expireafter: momentOf(one.expireafter),
          starttime: momentOf(one.starttime),
          counters: { sent, returned, done, cancelled, failed, timeout },
        },
        bounds,
      )
      seen.add(reason)
      expect(found[n], JSON.stringify(one)).toEqual({ n, reason })
    }
    seen.delete(null)
    expect(seen).toEqual(new Set(v.counters ? ATTENTION_REASONS : ['A1', 'A2', 'A3', 'invalid']))
  })

  it('reads the moment of an id as the program does', async () => {
    const ids = fc.sample(fc.bigInt({ min: 0n, max: 2n ** 64n + 10n }), { numRuns: 300, seed: 7 }).map(String)
    ids.push('1', '1422748800000000000', '1422748799999999999', '9007199254740991', '9007199254740992')
    const { rows } = await pool().query<{ id: MigId; at: Instant | null }>(sql`
      SELECT id::text AS id, ${idCreatedSql(sql`id`)} AS at FROM unnest(${ids}::numeric[]) AS id`)
    for (const { id, at } of rows) expect(at, id).toBe(createdOf(id))
    expect(rows.some(({ at }) => at === null) && rows.some(({ at }) => at !== null)).toBe(true)
  })
})
