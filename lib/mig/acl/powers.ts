import 'server-only'
import type pg from 'pg'
import type { Viewer } from '@/lib/auth/viewer'
import { countRows, fetchPage, type ListQuery, streamRows } from '@/lib/db/list'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import type { ExportSource } from '@/lib/export'
import type { ListParams } from '@/lib/list-params'
import { fleetBounds } from '@/lib/mig/agents/bounds'
import type { FleetBounds } from '@/lib/mig/agents/state'
import type { EndpointState } from '@/lib/mig/agents/status'
import { listModules } from '@/lib/mig/modules/queries'
import { vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { Page } from '@/lib/page'
import { type Answer, getAnswer } from './answers'
import { getEndpointRules } from './endpoint-rules'
import { countLintSql, type LintCount, lintScope } from './lint'
import { activeKeys, isDisabledKey, type KnownSigner, listedRows, readSigners, relistedRows, rowsOfKey } from './people'
import {
  countPowersSql,
  type Doubled,
  listingEndpointsSql,
  type PowerScope,
  partnersSql,
  powersQuery,
} from './powers.sql'
import { type ModulePower, type Power, powersOn } from './powers-on'
import type { powerList } from './search-params'
import { doublesSql } from './what-if.sql'

type Params = ListParams<(typeof powerList)['filters']>

export type PowerRow = {
  agentid: MigId
  name: string
  queueloc: string
  os: string
  state: EndpointState
  last_seen: Instant | null
  moduleid: MigId
  module: string
  minimumweight: number
  weight: number
  partner_weight: number | null
  how: Power
}

/** What a person may run over the whole fleet: rules by module, and the people with whom the most rules are reached. */
export type PersonPowers = {
  modules: { moduleid: MigId; module: string; rules: Record<Power, number> }[]
  partners: { id: MigId; name: string; rules: number }[]
}

const PARTNERS_SHOWN = 5

/** The endpoints with several live rows at these bounds. */
export async function readDoubled(bounds: FleetBounds): Promise<Doubled> {
  const { rows } = await reader().query<{ queueloc: string; id: MigId }>(
    sql`SELECT d.queueloc, trunc(d.id)::text AS id FROM (${doublesSql(bounds)}) d`,
  )
  return { queues: [...new Set(rows.map(({ queueloc }) => queueloc))], live: rows.map(({ id }) => id) }
}

async function scopeOf(
  viewer: Viewer,
  people: readonly KnownSigner[],
  id: MigId,
  at: Instant,
  partner?: MigId,
): Promise<PowerScope> {
  const [bounds, modules] = await Promise.all([fleetBounds(at), listModules(viewer)])
  return {
    vintage: await vintage(),
    bounds,
    doubled: await readDoubled(bounds),
    modules: modules.filter(({ twin }) => !twin).map((module) => module.id),
    own: activeKeys(rowsOfKey(people, id)),
    others: activeKeys(people, id),
    ...(partner ? { partner: activeKeys(rowsOfKey(people, partner)) } : {}),
  }
}

/** What a person may run, alone and with others; null while it is being counted. */
export async function getPowers(viewer: Viewer, id: MigId): Promise<Answer<PersonPowers> | null> {
  const [people, named] = await Promise.all([readSigners(), listModules(viewer)])
  return getAnswer(
    {
      text: `powers of ${id} ${JSON.stringify([people, named])}`,
      async ask(client: pg.ClientBase, at: Instant): Promise<PersonPowers> {
        const scope = await scopeOf(viewer, people, id, at)
        const counted = await client.query<{ moduleid: MigId; module: string; how: Power; n: string }>(
          countPowersSql(scope),
        )
        const partners = await client.query<{ id: MigId; n: string }>(partnersSql(scope, PARTNERS_SHOWN))
        const modules = new Map<MigId, PersonPowers['modules'][number]>()
        for (const { moduleid, module, how, n } of counted.rows) {
          const line = modules.get(moduleid) ?? { moduleid, module, rules: { alone: 0, pair: 0, more: 0, never: 0 } }
          line.rules[how] = Number(n)
          modules.set(moduleid, line)
        }
        const nameOf = (one: MigId) => people.find(({ investigatorId }) => investigatorId === one)?.name ?? one
        return {
          modules: [...modules.values()],
          partners: partners.rows.map((row) => ({ id: row.id, name: nameOf(row.id), rules: Number(row.n) })),
        }
      },
    },
    false,
  )
}

/** What becomes of the rules when a person's key no longer counts. */
export type AclConsequences = {
  /** The key counts no longer already: every row that holds it is disabled. */
  disabled: boolean
  /** Minimums that all active people reach together with this key, and not without it. */
  lost: LintCount
  /** Endpoints whose ACL file lists the key: these files change. Of a disabled key those whose file it changes once enabled. */
  endpoints: number
}

/** What becomes of the rules without a person's key; null while it is being counted. */
export async function getAclConsequences(viewer: Viewer, id: MigId): Promise<Answer<AclConsequences> | null> {
  const people = await readSigners()
  return getAnswer(
    {
      text: `without ${id} ${JSON.stringify(people)}`,
      async ask(client: pg.ClientBase, at: Instant): Promise<AclConsequences> {
        const disabled = isDisabledKey(people, id)
        const rows = disabled ? relistedRows(people, id) : listedRows(people, id)
        const lost = await client.query<{ n: string; agents: MigId[] | null }>(
          countLintSql('unreachable', await lintScope(viewer, at, id)),
        )
        const listing = await client.query<{ endpoints: string }>(
          listingEndpointsSql({ bounds: await fleetBounds(at) }, rows),
        )
        return {
          disabled,
          lost: { count: Number(lost.rows[0]?.n ?? 0), agents: lost.rows[0]?.agents ?? null },
          endpoints: Number(listing.rows[0]?.endpoints ?? 0),
        }
      },
    },
    false,
  )
}

async function listQuery(viewer: Viewer, { filters }: Params, at: Instant): Promise<ListQuery> {
  const { investigator, partner, how, module, name, os } = filters
  if (!investigator) throw new AppError('invalid', 'Say whose power: investigator=ID.')
  const people = await readSigners()
  return powersQuery(await scopeOf(viewer, people, investigator.id, at, partner?.id), { how, module, name, os })
}

/** One page of the rules for whose module a person has weight, and what the person can do with each. */
export async function listPowers(viewer: Viewer, params: Params, at: Instant): Promise<Page<PowerRow>> {
  const query = await listQuery(viewer, params, at)
  const page = await fetchPage<PowerRow>(query, params)
  return { ...page, total: await countRows(query) }
}

/** All rules of the list, a line each. Throws `invalid` while nobody is chosen. */
export async function exportPowers(viewer: Viewer, params: Params, at: Instant): Promise<ExportSource> {
  return {
    columns: [
      { name: 'agentid', kind: 'id' },
      { name: 'name', kind: 'text' },
      { name: 'queueloc', kind: 'text' },
      { name: 'os', kind: 'text' },
      { name: 'state', kind: 'text' },
      { name: 'last_seen', kind: 'time' },
      { name: 'moduleid', kind: 'id' },
      { name: 'module', kind: 'text' },
      { name: 'minimumweight', kind: 'number' },
      { name: 'weight', kind: 'number' },
      { name: 'partner_weight', kind: 'number' },
      { name: 'how', kind: 'text' },
    ],
    rows: streamRows(await listQuery(viewer, params, at), params),
  }
}

/** Who can run what on the endpoint of an agent row; `mixed` where its live rows have different rules. Null for no such row. */
export async function getPowersOn(
  viewer: Viewer,
  agentId: MigId,
  now: Instant,
): Promise<{ lines: ModulePower[]; names: ReadonlyMap<string, string>; mixed: boolean } | null> {
  const [found, people] = await Promise.all([getEndpointRules(viewer, agentId, now), readSigners()])
  if (!found) return null
  const textOf = ({ requirements, weights }: { requirements: readonly object[]; weights: readonly object[] }) =>
    JSON.stringify(
      [requirements, weights].map((rows) =>
        rows.map((row) => JSON.stringify(Object.entries(row).filter(([name]) => name !== 'agentid'))).sort(),
      ),
    )
  return {
    lines: powersOn(found.rules, people, found.live),
    names: new Map(people.map((person) => [person.investigatorId as string, person.name])),
    mixed: new Set(found.live.map((rules) => textOf(rules))).size > 1,
  }
}
