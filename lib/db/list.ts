import { AppError } from '@/lib/errors'
import type { ListParams } from '@/lib/list-params'
import type { Cursor, Page, Total } from '@/lib/page'
import { type ReadSettings, readRows, streamStatement } from './read'
import { join, raw, type Sql, sql } from './sql'

/** What a list may be sorted by. The expression is never NULL (wrap it in COALESCE), else rows would fall out of the paging. */
export type SortExpression = { expression: Sql; type: 'timestamptz' | 'numeric' | 'bigint' | 'text' }

/** One list as SQL; `id` is an expression of `idType` that makes the order total. */
export type ListQuery = {
  select: Sql
  from: Sql
  where: Sql[]
  sorts: Record<string, SortExpression>
  id: Sql
  idType?: 'numeric' | 'bigint' | 'text'
  /** Megabytes that each step of a page's query may sort and fold in, for one that folds very many rows. */
  memory?: 64
  /** Leaves the other cores to other pages, for a query that many look at and that folds very many rows. */
  oneCore?: true
}

const COUNT_LIMIT = 10_000
const CURSOR_FORMS: Record<SortExpression['type'], RegExp> = {
  timestamptz: /^(-?infinity|\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d(:\d\d)?)?( BC)?)$/,
  numeric: /^-?\d{1,40}(\.\d{1,40})?$/,
  bigint: /^\d{1,18}$/,
  text: /^/,
}

function whereSql(conditions: Sql[]): Sql {
  return conditions.length
    ? sql`WHERE ${join(
        conditions.map((c) => sql`(${c})`),
        ' AND ',
      )}`
    : sql``
}

function sortOf(query: ListQuery, params: Pick<ListParams, 'sort'>): SortExpression {
  const sort = query.sorts[params.sort.key]
  if (!sort) throw new Error(`the list has no sort "${params.sort.key}"`)
  return sort
}

/** Rows strictly after (or before) the cursor in the list's order. Throws `invalid` for a cursor of another list. */
function besideCursor(query: ListQuery, sort: SortExpression, cursor: Cursor, descending: boolean): Sql {
  const idType = query.idType ?? 'numeric'
  if (!CURSOR_FORMS[sort.type].test(cursor.key) || !CURSOR_FORMS[idType].test(cursor.id))
    throw new AppError('invalid', 'This page address does not belong to this list: start again from its first page.')
  return sql`(${sort.expression}, ${query.id}) ${raw(descending ? '<' : '>')} (${cursor.key}::${raw(sort.type)}, ${cursor.id}::${raw(idType)})`
}

/** The statement of one page, with one row more than the page holds; throws `invalid` for a cursor that does not fit. */
export function pageSql(query: ListQuery, params: ListParams): Sql {
  const sort = sortOf(query, params)
  const cursor = params.before ?? params.after
  const descending = params.sort.descending !== (params.before !== undefined)
  const conditions = cursor ? [...query.where, besideCursor(query, sort, cursor, descending)] : query.where
  const direction = raw(descending ? 'DESC' : 'ASC')
  return sql`
    SELECT ${query.select}, (${sort.expression})::text AS cursor_key, (${query.id})::text AS cursor_id
    FROM ${query.from} ${whereSql(conditions)}
    ORDER BY ${sort.expression} ${direction}, ${query.id} ${direction}
    LIMIT ${params.size + 1}`
}

/**
 * One page of a list by keyset (no OFFSET): rows as SQL gives them, and the cursors around them.
 * Throws what PostgreSQL throws, and `invalid` for a cursor that does not fit.
 */
export async function fetchPage<Raw extends object>(
  query: ListQuery,
  params: ListParams,
): Promise<Omit<Page<Raw>, 'total'>> {
  const backwards = params.before !== undefined
  const cursor = params.before ?? params.after
  const rows = await readRows<Raw & { cursor_key: string; cursor_id: string }>(pageSql(query, params), query)
  const more = rows.length > params.size
  if (more) rows.pop()
  if (backwards) rows.reverse()
  const at = (row: (typeof rows)[number] | undefined): Cursor | null =>
    row ? { key: row.cursor_key, id: row.cursor_id } : null
  return {
    rows,
    first: at(rows[0]),
    next: (backwards ? cursor : more) ? at(rows.at(-1)) : null,
    previous: (backwards ? more : cursor) ? at(rows[0]) : null,
  }
}

/** The statement that counts a list's rows up to one more than the limit. */
export function countSql(query: Pick<ListQuery, 'from' | 'where'>, limit = COUNT_LIMIT): Sql {
  return sql`SELECT count(*) AS n FROM (SELECT 1 FROM ${query.from} ${whereSql(query.where)} LIMIT ${limit + 1}) AS counted`
}

/** How many rows the list has, counted up to a limit and honest about it beyond. */
export async function countRows(
  query: Pick<ListQuery, 'from' | 'where'> & ReadSettings,
  limit = COUNT_LIMIT,
): Promise<Total> {
  const rows = await readRows<{ n: string }>(countSql(query, limit), query)
  const count = Number(rows[0]?.n ?? 0)
  return { count: Math.min(count, limit), more: count > limit }
}

/** How many rows now come before the cursor in the list's order: the "12 new" of a page that was read earlier. */
export async function countBefore(query: ListQuery, params: ListParams, cursor: Cursor): Promise<Total> {
  const beside = besideCursor(query, sortOf(query, params), cursor, !params.sort.descending)
  return countRows({ from: query.from, where: [...query.where, beside] }, 999)
}

/** The statement of all rows of a list in its order. */
export function allRowsSql(query: ListQuery, params: Pick<ListParams, 'sort'>): Sql {
  const sort = sortOf(query, params)
  const direction = raw(params.sort.descending ? 'DESC' : 'ASC')
  return sql`
    SELECT ${query.select} FROM ${query.from} ${whereSql(query.where)}
    ORDER BY ${sort.expression} ${direction}, ${query.id} ${direction}`
}

/** All rows of a list in its order, in batches, from one snapshot; closing the iterator early cancels the query. */
export function streamRows<Raw extends object>(
  query: ListQuery,
  params: ListParams,
  batch?: number,
): AsyncGenerator<Raw[]> {
  return streamStatement<Raw>(allRowsSql(query, params), { batch })
}
