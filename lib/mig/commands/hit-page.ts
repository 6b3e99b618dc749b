import { createHash } from 'node:crypto'
import { AppError } from '@/lib/errors'
import type { ListParams } from '@/lib/list-params'
import type { Hit } from '@/lib/mig/modules-json/hit'
import type { MigId } from '@/lib/mig/wire/id'
import type { Cursor, Page } from '@/lib/page'

/** One thing that an action found, over all its agents. */
export type ActionHit = Hit & {
  /** Stands for the hit in an address: what it is, as a hash. */
  key: string
  module: string
  /** How many commands found it. */
  agents: number
  /** A command for each different answer that holds it. */
  answers: MigId[]
}

/** The name of a hit in an address: operation, path, check, method and value, not how often it was found. */
export function hitKey(operation: number, { path, check, method, value }: Hit): string {
  return createHash('sha256')
    .update(JSON.stringify([operation, path, check, method, value]))
    .digest('hex')
    .slice(0, 32)
}

const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

type Order = { keyOf: (hit: ActionHit) => string; compare: (a: string, b: string) => number; form: RegExp }

const ORDERS: Record<string, Order> = {
  count: { keyOf: (hit) => String(hit.agents), compare: (a, b) => Number(a) - Number(b), form: /^\d{1,15}$/ },
  path: { keyOf: (hit) => hit.path, compare: byCode, form: /^/ },
}

/** The hits of a list in its order. Throws Error for a sort that it does not have. */
export function sortHits(hits: ActionHit[], params: Pick<ListParams, 'sort'>): ActionHit[] {
  const { keyOf, compare } = orderOf(params)
  const sign = params.sort.descending ? -1 : 1
  return [...hits].sort((a, b) => sign * (compare(keyOf(a), keyOf(b)) || byCode(a.key, b.key)))
}

/** One page of hits by keyset, as lists of the database have it. Throws `invalid` for a cursor of another list. */
export function pageOfHits(hits: ActionHit[], params: ListParams): Omit<Page<ActionHit>, 'total'> {
  const { keyOf, compare, form } = orderOf(params)
  const sorted = sortHits(hits, params)
  const sign = params.sort.descending ? -1 : 1
  const cursor = params.before ?? params.after
  if (cursor && !form.test(cursor.key))
    throw new AppError('invalid', 'This page address does not belong to this list: start again from its first page.')
  const beside = (hit: ActionHit) =>
    cursor ? sign * (compare(keyOf(hit), cursor.key) || byCode(hit.key, cursor.id)) : 1
  const from = sorted.findIndex((hit) => (params.before ? beside(hit) >= 0 : beside(hit) > 0))
  const end = params.before ? (from < 0 ? sorted.length : from) : sorted.length
  const start = params.before ? Math.max(0, end - params.size) : from < 0 ? sorted.length : from
  const rows = sorted.slice(start, Math.min(end, start + params.size))
  const at = (hit: ActionHit | undefined): Cursor | null => (hit ? { key: keyOf(hit), id: hit.key } : null)
  return {
    rows,
    first: at(rows[0]),
    next: start + rows.length < sorted.length ? at(rows.at(-1)) : null,
    previous: start > 0 ? at(rows[0]) : null,
  }
}

function orderOf(params: Pick<ListParams, 'sort'>): Order {
  const order = ORDERS[params.sort.key]
  if (!order) throw new Error(`the list has no sort "${params.sort.key}"`)
  return order
}
