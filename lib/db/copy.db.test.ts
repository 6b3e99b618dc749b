import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { copyLines, unescaper } from '@/lib/db/copy'
import { MOST_STREAMS, pool, streamPool } from '@/lib/db/pool'
import { streamStatement } from '@/lib/db/read'
import { type Sql, sql } from '@/lib/db/sql'
import { type ExportColumn, linesOf } from '@/lib/export'
import { useTestDatabase } from '@/lib/testing/database'
import { tries } from '@/lib/testing/long'

const COLUMNS: ExportColumn[] = [
  { name: 'id', kind: 'id' },
  { name: 'name', kind: 'text' },
  { name: 'pid', kind: 'number' },
  { name: 'seen', kind: 'time' },
  { name: 'is_new', kind: 'flag' },
  { name: 'tags', kind: 'json' },
]

type Row = {
  id: string | null
  name: string | null
  pid: number | null
  seen: string | null
  isNew: boolean | null
  tags: string | null
}

function statementOf(rows: Row[]): Sql {
  const of = (key: keyof Row) => rows.map((row) => row[key])
  return sql`SELECT * FROM unnest(${of('id')}::text[], ${of('name')}::text[], ${of('pid')}::integer[],
    ${of('seen')}::timestamptz[], ${of('isNew')}::boolean[], ${of('tags')}::text[]) AS r (id, name, pid, seen, is_new, tags)`
}

async function textOf(source: Parameters<typeof linesOf>[0], format: 'csv' | 'ndjson', ids = false): Promise<string> {
  const parts: Buffer[] = []
  for await (const chunk of linesOf(source, format, ids)) parts.push(Buffer.from(chunk))
  return Buffer.concat(parts).toString('utf8')
}

async function expectSame(rows: Row[]): Promise<void> {
  const statement = statementOf(rows)
  for (const [format, ids] of [
    ['csv', false],
    ['csv', true],
    ['ndjson', false],
  ] as const)
    expect(await textOf({ columns: COLUMNS, statement }, format, ids)).toBe(
      await textOf({ columns: COLUMNS, rows: streamStatement(statement) }, format, ids),
    )
}

const ordinary: Row = {
  id: '6059408362783470592',
  name: 'web1',
  pid: 1,
  seen: '2014-09-15 21:18:09.2354+00',
  isNew: true,
  tags: '{"a":1}',
}

const NAMES = [
  '',
  ' ',
  '=1+1',
  "'=1",
  "''@x",
  "'",
  '-5',
  '+x',
  '@x',
  '\tx',
  '\rx',
  '\nx',
  '＝x',
  '＋x',
  '－x',
  '＠x',
  '"',
  'a"b',
  'a,b',
  'a\r\nb',
  '=a,"b"\n',
  '\\',
  '\\n',
  '\\\\N',
  '\\N',
  '\\.',
  '\b\f\v\t',
  '\u0001\u001f\u007f',
  '\u0085\u2028\u2029',
  'ä€😀',
  '\u202ex',
  'null',
  "Robert'); --",
]
const MOMENTS = [
  '0001-01-01 00:00:00+00',
  '0099-12-31 23:59:59.999999+00',
  '0100-01-01 00:00:00+00',
  '1969-12-31 23:59:59.5+00',
  '2014-09-15 10:00:00+00',
  '2014-09-15 21:18:00.1+00',
  '9000-12-31 23:59:59.999999+00',
  '9001-01-01 00:00:00+00',
  '9998-01-11 00:00:00+00',
  'infinity',
  '-infinity',
  '0044-03-15 00:00:00+00 BC',
  '294276-12-31 00:00:00+00',
  null,
]

describe('exported lines', () => {
  useTestDatabase()
  afterEach(() => vi.restoreAllMocks())

  describe('what PostgreSQL writes', () => {
    test.each(NAMES)('a text is the same as from here: %j', (name) => expectSame([{ ...ordinary, name }]))

    test.each(MOMENTS)('a moment is the same as from here: %s', (seen) => expectSame([{ ...ordinary, seen }]))

    test('so are a row of nulls and many rows', async () => {
      await expectSame([{ id: null, name: null, pid: null, seen: null, isNew: null, tags: null }])
      await expectSame(
        Array.from({ length: 2500 }, (_, i) => ({
          ...ordinary,
          id: String(i),
          isNew: i % 2 === 0,
          name: NAMES[i % NAMES.length] ?? null,
        })),
      )
      await expectSame([])
    })

    test('and random texts and JSON', async () => {
      const text = fc
        .oneof(
          fc.string({ unit: 'binary' }),
          fc.string({ unit: fc.constantFrom('=', "'", '"', ',', '\\', '\n', '\r', 'n', '-', 'é', '＝') }),
        )
        .map((one) => one.replaceAll('\0', '').toWellFormed())
      const row = fc.record({
        id: fc.maxSafeNat().map(String),
        name: fc.option(text),
        pid: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
        seen: fc.constantFrom(...MOMENTS),
        isNew: fc.option(fc.boolean()),
        tags: fc.option(
          fc
            .dictionary(
              text.filter((key) => !/^\d+$/.test(key) && key !== '__proto__'),
              text,
            )
            .map((one) => JSON.stringify(one)),
        ),
      })
      await fc.assert(fc.asyncProperty(fc.array(row, { maxLength: 20 }), expectSame), {
        numRuns: tries({ short: 25, long: 1000 }),
      })
    })

    test('JSON is the stored one, on one line', async () => {
      const tags = '{"a": 12345678901234567890,\n "b":\r\n "\\u0000"}'
      const line = await textOf({ columns: COLUMNS, statement: statementOf([{ ...ordinary, tags }]) }, 'ndjson')
      expect(line.split('\n')).toEqual([
        expect.stringContaining('"tags":{"a": 12345678901234567890,  "b":   "\\u0000"}}'),
        '',
      ])
      expect(JSON.parse(line).tags).toEqual(JSON.parse(tags))
    })
  })

  describe('its escapes', () => {
    test.each(['\n', '\r\n'] as const)(
      'are undone wherever the pieces are cut, with %j behind each line',
      (lineEnd) => {
        const copied = Buffer.from('a\\\\n\\tb\\r\\n€\n\\\\\\\\\n\\N\\\\N\n')
        const wanted = `a\\n\tb\r\n€${lineEnd}\\\\${lineEnd}N\\N${lineEnd}`
        for (let at = 0; at <= copied.length; at++) {
          const unescaped = unescaper(lineEnd)
          expect(Buffer.concat([unescaped(copied.subarray(0, at)), unescaped(copied.subarray(at))]).toString()).toBe(
            wanted,
          )
        }
      },
    )
  })

  describe('the connection', () => {
    test('is given back after the last line', async () => {
      for await (const _ of copyLines(sql`SELECT 'x' FROM generate_series(1, 3)`, '\n'));
      const { rows } = await pool().query(
        `SELECT count(*)::integer AS n FROM pg_stat_activity WHERE state LIKE 'idle in%' AND usename = current_user AND datname = current_database()`,
      )
      expect(rows).toEqual([{ n: 0 }])
      expect(streamPool().idleCount).toBe(1)
    })

    test('is closed and its statement cancelled for who goes away, also before the first line', async () => {
      const slow = copyLines(sql`SELECT x::text FROM (SELECT x, pg_sleep(60) FROM generate_series(1, 2) x) s`, '\n')
      const first = slow.next()
      first.catch(() => {})
      const busy = () =>
        pool().query(
          `SELECT FROM pg_stat_activity WHERE query LIKE 'COPY%pg_sleep%' AND pid <> pg_backend_pid() AND datname = current_database()`,
        )
      await vi.waitFor(async () => expect((await busy()).rowCount).toBe(1), { timeout: 10_000, interval: 50 })
      const quick = copyLines(sql`SELECT repeat('x', 1000) FROM generate_series(1, 10000000)`, '\n')
      expect((await quick.next()).value?.length).toBeGreaterThan(1000)
      await quick.return(undefined)
      const { rows } = await pool().query(
        `SELECT pg_cancel_backend(pid) AS done FROM pg_stat_activity WHERE query LIKE 'COPY%pg_sleep%' AND pid <> pg_backend_pid() AND datname = current_database()`,
      )
      expect(rows).toEqual([{ done: true }])
      await expect(first).rejects.toMatchObject({ code: '57014' })
      const still = () =>
        pool().query(
          `SELECT FROM pg_stat_activity WHERE query LIKE 'COPY%' AND state = 'active' AND pid <> pg_backend_pid() AND datname = current_database()`,
        )
      await vi.waitFor(async () => expect((await still()).rowCount).toBe(0), { timeout: 10_000, interval: 50 })
    })

    test('is free again when the signal comes, before the first line too', async () => {
      const stop = new AbortController()
      const slow = copyLines(sql`SELECT x::text FROM (SELECT x, pg_sleep(61) FROM generate_series(1, 2) x) s`, '\n', {
        signal: stop.signal,
      })
      const first = slow.next()
      first.catch(() => {})
      const busy = async () =>
        (
          await pool().query(
            `SELECT FROM pg_stat_activity WHERE query LIKE 'COPY%pg_sleep(61)%' AND state = 'active' AND pid <> pg_backend_pid() AND datname = current_database()`,
          )
        ).rowCount
      await vi.waitFor(async () => expect(await busy()).toBe(1), { timeout: 10_000, interval: 50 })
      stop.abort()
      await expect(first).rejects.toMatchObject({ code: '57014' })
      expect(await busy()).toBe(0)
    })

    test('more of them than may run at once are refused, and pages are read beside them', async () => {
      const many = Array.from({ length: MOST_STREAMS }, () =>
        copyLines(sql`SELECT repeat('x', 1000) FROM generate_series(1, 1000000)`, '\n'),
      )
      for (const one of many) await one.next()
      await expect(copyLines(sql`SELECT 'x'`, '\n').next()).rejects.toMatchObject({ code: 'unavailable' })
      expect((await pool().query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
      await Promise.all(many.map((one) => one.return(undefined)))
      for await (const line of copyLines(sql`SELECT 'x'`, '\n')) expect(line.toString()).toBe('x\n')
    })

    test('a statement that fails is an error', async () => {
      await expect(copyLines(sql`SELECT 1 / 0`, '\n').next()).rejects.toMatchObject({ code: '22012' })
    })
  })
})
