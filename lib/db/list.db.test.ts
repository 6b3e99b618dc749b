import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ListParams } from '@/lib/list-params'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { countBefore, countRows, fetchPage, type ListQuery, streamRows } from './list'
import { pool } from './pool'
import { sql } from './sql'

const query: ListQuery = {
  select: sql`trunc(a.id)::text AS id, a.name`,
  from: sql`public.actions a`,
  where: [],
  sorts: {
    start: { expression: sql`coalesce(a.starttime, '-infinity')`, type: 'timestamptz' },
    name: { expression: sql`a.name`, type: 'text' },
    sent: { expression: sql`coalesce(a.sentctr, 0)`, type: 'numeric' },
  },
  id: sql`a.id`,
}

function params(key: string, descending: boolean, size: number, cursors: Partial<ListParams> = {}): ListParams {
  return { filters: {}, given: {}, columns: null, sort: { key, descending }, size, ...cursors }
}

type Row = { id: string; name: string }

describe('keyset pages', () => {
  const database = useDatabaseOf('data-rst')
  const ROWS = 137

  beforeAll(async () => {
    // Few names, counts and moments, so that every page edge falls between equal sort values; some rows have none.
    await database.owner(
      `INSERT INTO public.actions (id, name, target, validfrom, expireafter, starttime, sentctr)
       SELECT 6059408362783470592 + 1024 * g, 'action ' || g % 5, 't', now(), now(),
         CASE WHEN g % 11 = 0 THEN NULL WHEN g % 7 = 0 THEN '9998-01-11 11:11:11+00'
              WHEN g % 13 = 0 THEN 'infinity' ELSE '2014-09-15 21:18:09.235444+00'::timestamptz + (g % 4) * interval '1 microsecond' END,
         CASE WHEN g % 3 = 0 THEN NULL ELSE g % 4 END
       FROM generate_series(1, ${ROWS}) AS g`,
    )
  })

  it('shows every row exactly once, forwards and backwards, in one order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('start', 'name', 'sent'),
        fc.boolean(),
        fc.integer({ min: 1, max: 60 }),
        async (key, descending, size) => {
          const forwards: Row[][] = []
          let cursors: Partial<ListParams> = {}
          for (;;) {
            const page = await fetchPage<Row>(query, params(key, descending, size, cursors))
            forwards.push(page.rows)
            expect(page.previous === null).toBe(forwards.length === 1)
            if (!page.next) break
            cursors = { after: page.next }
          }
          const ids = forwards.flat().map((row) => row.id)
          expect(ids).toHaveLength(ROWS)
          expect(new Set(ids).size).toBe(ROWS)
          const streamed: Row[] = []
          for await (const batch of streamRows<Row>(query, params(key, descending, size), 10)) streamed.push(...batch)
          expect(streamed.map((row) => row.id)).toEqual(ids)

          const last = await fetchPage<Row>(query, params(key, descending, size, cursors))
          const backwards = [last.rows]
          for (let at = last.previous; at; ) {
            const page = await fetchPage<Row>(query, params(key, descending, size, { before: at }))
            backwards.unshift(page.rows)
            at = page.previous
          }
          expect(backwards.flat().map((row) => row.id)).toEqual(ids)
        },
      ),
      { numRuns: 12, seed: 20141, interruptAfterTimeLimit: 40_000 },
    )
  })

  it('counts exactly below the limit and says "more" above it', async () => {
    expect(await countRows(query)).toEqual({ count: ROWS, more: false })
    expect(await countRows(query, ROWS)).toEqual({ count: ROWS, more: false })
    expect(await countRows(query, ROWS - 1)).toEqual({ count: ROWS - 1, more: true })
  })

  it('counts the rows that come before a place in the list', async () => {
    const page = await fetchPage<Row>(query, params('start', true, 50))
    const second = await fetchPage<Row>(query, params('start', true, 50, { after: page.next ?? undefined }))
    expect(second.first).not.toBeNull()
    if (second.first)
      expect(await countBefore(query, params('start', true, 50), second.first)).toEqual({ count: 50, more: false })
  })

  it('refuses a cursor that was not made by this list, before it reaches the database', async () => {
    for (const cursor of [
      { key: 'yesterday', id: '1' },
      { key: '2014-09-15 21:18:09+00', id: "1'; --" },
      { key: "2014-09-15 21:18:09+00'", id: '1' },
    ])
      await expect(fetchPage(query, params('start', true, 50, { after: cursor }))).rejects.toMatchObject({
        code: 'invalid',
      })
  })

  it('gives its connection back when the reader of a stream stops early', async () => {
    for (let i = 0; i < 25; i++)
      for await (const batch of streamRows<Row>(query, params('name', false, 50), 5)) if (batch.length) break
    expect(pool().waitingCount).toBe(0)
    expect(await countRows(query)).toEqual({ count: ROWS, more: false })
  })
})
