import 'server-only'
import { setImmediate } from 'node:timers/promises'
import type { Viewer } from '@/lib/auth/viewer'
import { fetchPage, streamRows } from '@/lib/db/list'
import { onPrimary } from '@/lib/db/read'
import { AppError } from '@/lib/errors'
import type { ExportSource } from '@/lib/export'
import type { ListParams } from '@/lib/list-params'
import type { MigId } from '@/lib/mig/wire/id'
import type { Page } from '@/lib/page'
import { type Asked, getAsked } from './asked'
import { lackGroupsQuery, type RawLackGroup } from './lack-groups.sql'
import type { lackGroupList } from './search-params'
import { type FoundSets, minimalSets } from './signer-sets'
import { setInWords } from './signer-words'
import { type Further, getFurtherSigners, lackOf } from './what-if-sets'

type Params = ListParams<(typeof lackGroupList)['filters']>

/** Endpoints with the same minimums still to be reached and the same weights of everybody who could help. */
export type LackGroup = {
  endpoints: number
  /** One of them, and its name; null where the row is gone. */
  sample: MigId
  name: string | null
  /** What is missing by module, in the question's order; 0 or less where nothing is. */
  missing: number[]
  /** Who else would have to sign. */
  found: FoundSets
}

type Raw = RawLackGroup & { name: string | null }

function groupOf({ endpoints, sample, name, missing, who }: Raw, keys: Further['keys']): LackGroup {
  const lacking = missing.split(',').map(Number)
  return {
    endpoints: Number(endpoints),
    sample,
    name,
    missing: lacking,
    found: minimalSets(lackOf(lacking, who, keys)),
  }
}

/** One page of the groups of an answer, the largest first; null where the rules were changed since it was given. */
export async function listLackGroups(
  _viewer: Viewer,
  { answer, keys }: Further,
  params: Params,
): Promise<Page<LackGroup> | null> {
  if (!answer) return null
  // They were written a moment ago.
  const page = await onPrimary(() => fetchPage<Raw>(lackGroupsQuery(answer.key), params))
  const isFirst = !params.after && !params.before
  if (isFirst && page.rows.length === 0 && answer.found.groups > 0) return null
  return {
    ...page,
    total: { count: answer.found.groups, more: false },
    rows: page.rows.map((row) => groupOf(row, keys)),
  }
}

// The sets of one group may take some milliseconds.
const BATCH = 20

async function* exported(asked: Asked, { answer, keys, people }: Further, params: Params) {
  if (!answer) return
  const names = new Map<string, string>(people.map((person) => [person.investigatorId, person.name]))
  const lacking = (missing: number[]) =>
    Object.fromEntries(asked.question.modules.map(({ name }, k) => [name, Math.max(0, missing[k] ?? 0)]))
  const groups = streamRows<Raw>(lackGroupsQuery(answer.key), params, BATCH)
  try {
    // Where the cursor is opened it stays: they were written a moment ago.
    for (let next = await onPrimary(() => groups.next()); !next.done; next = await groups.next()) {
      yield next.value.map((row) => {
        const { found, missing, ...group } = groupOf(row, keys)
        const words = found.sets.map((set) => setInWords(set, names)).join('; ')
        return { ...group, missing: lacking(missing), sets: found.sets, sets_in_words: words, left_out: found.leftOut }
      })
      await setImmediate()
    }
  } finally {
    await groups.return(undefined)
  }
}

/** Every group with all its minimal sets. Throws `invalid` while nothing is asked. */
export async function exportLackGroups(viewer: Viewer, params: Params): Promise<ExportSource> {
  const asked = await getAsked(viewer, params)
  if (!asked) throw new AppError('invalid', 'Choose who signs and what runs first: signer=…&module=…, or action=….')
  const further = await getFurtherSigners(viewer, asked, params.filters, true)
  return {
    columns: [
      { name: 'sample', kind: 'id' },
      { name: 'name', kind: 'text' },
      { name: 'endpoints', kind: 'number' },
      { name: 'missing', kind: 'json' },
      { name: 'sets', kind: 'json' },
      { name: 'sets_in_words', kind: 'text' },
      { name: 'left_out', kind: 'number' },
    ],
    rows: exported(asked, further, params),
  }
}
