import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pool } from '@/lib/db/pool'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { inlineSql, ranSql, sqlLiteral } from './shown-sql'
import { sql } from './sql'

const PIECES = [
  "'",
  "''",
  '\\',
  "\\'",
  '$1',
  '$$',
  '--',
  '/*',
  '*/',
  ';',
  '\n',
  '\r',
  '\t',
  '\u001b[31m',
  '\u202e',
  '\u2028',
  '\ufeff',
  '\ud800',
  '😀',
  '%',
  '_',
  '{',
  '}',
  '"',
  ',',
  'NULL',
  ':x',
  ":'x'",
  'ü',
  '\\u0041',
]
const hostile = fc.oneof(
  fc.array(fc.constantFrom(...PIECES)).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replaceAll('\0', '')),
)

describe('values in the text of a statement', () => {
  useDatabaseOf('data-rst')

  it('are the same as those of parameters, and printable', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, fc.array(fc.option(hostile)), fc.integer(), async (text, texts, n) => {
        const statement = sql`SELECT ${text}::text AS one, ${texts}::text[] AS many, ${n}::bigint AS n,
          ${null}::text AS nothing, ${true}::boolean AS yes, upper(${text}) AS untyped`
        const inlined = inlineSql(statement)
        expect(inlined.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
        const [given, pasted] = [await pool().query(statement), await pool().query(inlined)]
        expect(pasted.rows).toEqual(given.rows)
        expect(given.rows[0].one).toBe(text.toWellFormed())
      }),
      { numRuns: 300 },
    )
  })

  it('stay in quotes, whatever they hold', async () => {
    const text = "'; DROP TABLE public.agents; --"
    const { rows } = await pool().query(inlineSql(sql`SELECT ${text}::text AS one`))
    expect(rows).toEqual([{ one: text }])
    expect((await pool().query('SELECT count(*) FROM public.agents')).rows).toEqual([{ count: '0' }])
  })

  it('refuses what no parameter can be', () => {
    expect(() => sqlLiteral('a\0b')).toThrow(TypeError)
    expect(() => sqlLiteral({ a: 1 })).toThrow(TypeError)
  })

  it('is set apart from the words beside it, shifted to the margin, with its moment', () => {
    expect(
      ranSql(
        'two\nlines',
        sql`SELECT 1
        WHERE 'a' LIKE${'a'}
          AND 1 <${2}`,
        '2026-11-22T08:50:40Z',
      ).text,
    ).toBe("-- two lines, as of 2026-11-22T08:50:40Z\nSELECT 1\nWHERE 'a' LIKE 'a'\n  AND 1 <2;")
  })
})
