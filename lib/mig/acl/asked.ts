import 'server-only'
import { disabledSql, personFrom } from '@/lib/auth/person.sql'
import type { Viewer } from '@/lib/auth/viewer'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import type { ListParams } from '@/lib/list-params'
import { listModules } from '@/lib/mig/modules/queries'
import { modulesOf } from '@/lib/mig/modules-json/operations'
import { pgpsignaturesSql, vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { MOST_SIGNERS, type Signed, signaturesOf, withSubkeys } from './action-signatures'
import type { Alike } from './lack.sql'
import type { Signer } from './rule'
import { type Refusal, RULE_BOOKS, type RuleBook, refusalOf } from './rule-books'
import type { whatIfList } from './search-params'
import { type Question, questionOf } from './what-if.sql'

type Params = ListParams<(typeof whatIfList)['filters']>

const MOST_MODULES = 50

/** A person who signs, as the tables have one; `known` is false for an id that no row has any more. */
export type WhatIfSigner = Signer & { name: string; known: boolean }

/** What a page or an export asks: who signs, what runs in which order, and for which action. */
export type Asked = {
  /** One entry a signature: who signs twice stands in it twice. */
  signers: WhatIfSigner[]
  operations: string[]
  action: { id: MigId; name: string } | null
  question: Question
  refusals: Record<RuleBook, Refusal | null>
  /** The group of endpoints that is asked about; null for all endpoints. */
  alike: Alike | null
}

async function signersOf(ids: readonly MigId[]): Promise<WhatIfSigner[]> {
  const v = await vintage()
  const { rows } = await reader().query<{ id: MigId; name: string; fingerprint: string | null; disabled: boolean }>(sql`
    SELECT trunc(i.id)::text AS id, i.name, i.pgpfingerprint AS fingerprint,
      ${disabledSql(v)} AS disabled
    FROM ${personFrom} WHERE i.id = ANY(${ids}::numeric[])`)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => {
    const row = byId.get(id)
    return {
      investigatorId: id,
      name: row?.name ?? `investigator ${id}`,
      fingerprint: row?.fingerprint ?? null,
      disabled: row?.disabled ?? false,
      known: row !== undefined,
    }
  })
}

type SignedAction = { name: string; operations: string | null; signatures: MigId[] }

/** An action with its signers, once a signature; null for no such action. */
async function signedAction(id: MigId): Promise<SignedAction | null> {
  const { rows } = await reader().query<{
    name: string
    operations: string | null
    stored: string | null
    signers: string
  }>(sql`
    SELECT a.name, a.operations::text AS operations, ${pgpsignaturesSql('a')} AS stored, coalesce((
      SELECT json_agg(json_build_object('id', trunc(s.investigatorid)::text, 'fingerprint', i.pgpfingerprint)
        ORDER BY s.investigatorid)
      FROM public.signatures s LEFT JOIN public.investigators i ON i.id = s.investigatorid WHERE s.actionid = a.id
    ), '[]')::text AS signers
    FROM public.actions a WHERE a.id = ${id}::numeric`)
  const [row] = rows
  if (!row) return null
  const { name, operations, stored } = row
  const signers = await withSubkeys(stored, JSON.parse(row.signers) as Signed[])
  return { name, operations, signatures: signaturesOf(stored, signers) }
}

/**
 * What the address asks, or null while nobody signs or nothing runs. Throws `invalid` for an action or a module that is not
 * there, and for too many of either.
 */
export async function getAsked(
  viewer: Viewer,
  { filters }: { filters: Pick<Params['filters'], 'signer' | 'module' | 'action'> },
): Promise<Asked | null> {
  const modules = await listModules(viewer)
  let ids = filters.signer ?? []
  let operations = (filters.module ?? []).map((id) => {
    const found = modules.find((m) => m.id === id)
    if (!found) throw new AppError('invalid', `There is no module ${id}: choose the modules again.`)
    return found.name
  })
  let action: Asked['action'] = null
  if (filters.action) {
    const row = await signedAction(filters.action.id)
    if (!row) throw new AppError('invalid', `There is no action ${filters.action.id}: choose who signs and what runs.`)
    action = { id: filters.action.id, name: row.name }
    // Who or what else is chosen takes the place of the action's own.
    if (!filters.signer) ids = row.signatures
    if (!filters.module) operations = modulesOf(row.operations)
  }
  if (ids.length === 0 || operations.length === 0) return null
  if (ids.length > MOST_SIGNERS || new Set(operations).size > MOST_MODULES)
    throw new AppError('invalid', `Choose at most ${MOST_SIGNERS} signers and ${MOST_MODULES} modules.`)
  const signers = await signersOf(ids)
  const refusals = Object.fromEntries(RULE_BOOKS.map((book) => [book, refusalOf(book, signers)])) as Asked['refusals']
  return { signers, operations, action, question: questionOf(modules, operations, signers), refusals, alike: null }
}
