import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { DatabaseProblem, refusePooled, withDatabase } from '@/lib/db/setup'
import { detectVintage, isMig, type Vintage } from '@/lib/mig/vintage'

/** An index that MIG's document has or that a page of the dashboard is slow without. */
export type WantedIndex = {
  table: string
  /** Column names, one read downwards with DESC behind it; an expression as PostgreSQL prints it, COLLATE "C" behind it where it is. */
  columns: readonly string[]
  /** Columns that the index holds besides, so that the table need not be looked at for them. */
  include?: readonly string[]
  /** The pages that are slow without it, and what they read by it. */
  why: string
}

export const WANTED_INDEXES: readonly WantedIndex[] = [
  {
    table: 'agents',
    columns: ['queueloc', 'heartbeattime DESC', 'id DESC'],
    why: '/agents, /agents/ID, /agents/doubles, /acl/requirements, /acl/what-if: endpoints, and the rows of one',
  },
  {
    table: 'agents',
    columns: ['heartbeattime DESC', 'id DESC'],
    why: '/agents, /agents/offline, /agents/health: by last heartbeat',
  },
  {
    table: 'agents',
    columns: ['name', 'heartbeattime DESC'],
    why: '/agents/offline, /agents?sort=name, /search: by name',
  },
  { table: 'agents', columns: ['starttime DESC', 'id DESC'], why: '/agents?rows=processes&sort=start: by start' },
  {
    table: 'agents',
    columns: ['status', 'heartbeattime DESC', 'id DESC'],
    why: '/agents?status=destroyed: of a stored status',
  },
  { table: 'agents', columns: ['os', 'id'], why: '/agents?sort=os, /agents?os=linux: by system' },
  { table: 'agents', columns: ['version', 'id'], why: '/agents?sort=version, /agents?version=2014: by version' },
  // A name may be longer than a page of an index takes; a search is not longer than this.
  {
    table: 'actions',
    columns: ['"left"(lower((name)::text), 200) COLLATE "C"', 'id DESC'],
    why: '/search: actions by name',
  },
  { table: 'actions', columns: ['validfrom'], why: '/actions/ID: replays of its text' },
  // A target may be longer than a page of an index takes, so it is found by its digest.
  { table: 'actions', columns: ['md5((target)::text)'], why: '/agents/doubles: the kill orders of a queue' },
  { table: 'commands', columns: ['starttime DESC', 'id DESC'], why: '/commands, /: by start' },
  {
    table: 'commands',
    columns: ['actionid', 'starttime DESC', 'id DESC'],
    include: ['status', 'finishtime'],
    why: "/actions, /actions/ID, /actions/ID/commands, /actions/ID/results: an action's commands, their number by status and how long they took",
  },
  {
    table: 'commands',
    columns: ['agentid', 'starttime DESC', 'id DESC'],
    why: "/agents/ID, /commands?agentid=ID, /agents/offline: an agent's commands",
  },
  {
    table: 'commands',
    columns: ['status', 'starttime DESC', 'id DESC'],
    why: '/commands?status=failed, /commands?sort=status: of a status',
  },
  { table: 'investigators', columns: ['pgpfingerprint'], why: '/sign-in, /actions/ID: the key of a signer' },
  { table: 'signatures', columns: ['actionid'], why: "/actions, /actions/ID: an action's signers" },
  // A signature may be longer than a page of an index takes, so it is found by its digest.
  { table: 'signatures', columns: ['md5((pgpsignature)::text)'], why: '/actions/ID: replays of a signature' },
  {
    table: 'signatures',
    columns: ['investigatorid'],
    why: '/investigators, /investigators/ID, /actions?investigator=ID: whose actions',
  },
  {
    table: 'agtmodreq',
    columns: ['agentid', 'moduleid'],
    include: ['minimumweight'],
    why: '/acl/requirements, /acl/what-if, /acl/lint, /agents/ID: the requirements of an agent',
  },
  {
    table: 'agtmodreq',
    columns: ['moduleid', 'agentid'],
    include: ['minimumweight'],
    why: '/acl/what-if, /acl/modules, /acl/bulk: the requirements for a module',
  },
  {
    table: 'invagtmodperm',
    columns: ['agentid', 'moduleid'],
    include: ['investigatorid', 'weight'],
    why: '/acl/permissions?by=endpoint, /acl/lint, /acl/files, /agents/ID: the weights on an agent, and what all together weigh',
  },
  {
    table: 'invagtmodperm',
    columns: ['investigatorid', 'moduleid', 'agentid'],
    include: ['weight'],
    why: '/acl/what-if, /acl/powers, /investigators/ID: what a person weighs, module by module',
  },
  {
    table: 'invagtmodperm',
    columns: ['investigatorid', 'agentid', 'moduleid'],
    why: '/acl/permissions?by=investigator, /acl/bulk: one weight of a person',
  },
  {
    table: 'invagtmodperm',
    columns: ['moduleid'],
    why: '/acl/permissions?by=module, /acl/modules: the weights for a module',
  },
]

// What is ours and may be dropped again is told by its name; MIG and PostgreSQL name theirs after the table.
const OURS = 'dashboard_'
// Any constant does: two runs on one database come one after the other.
const LOCK = 7_209_140_917
const LOCK_PAUSE_MS = 500

type Existing = {
  name: string
  table: string
  columns: string[]
  included: string[]
  valid: boolean
  partial: boolean
  bytes: string
}

const EXISTING = `
  SELECT x.relname AS name, t.relname AS table, i.indisvalid AND i.indisready AS valid, i.indpred IS NOT NULL AS partial,
    pg_catalog.pg_relation_size(x.oid) AS bytes,
    array(SELECT pg_catalog.pg_get_indexdef(x.oid, k.n::integer, false)
        || CASE i.indcollation[k.n - 1] WHEN 'pg_catalog."C"'::regcollation THEN ' COLLATE "C"' ELSE '' END
        || CASE i.indoption[k.n - 1] & 1 WHEN 1 THEN ' DESC' ELSE '' END
      FROM generate_series(1, i.indnkeyatts) k(n) ORDER BY k.n) AS columns,
    array(SELECT pg_catalog.pg_get_indexdef(x.oid, k.n::integer, false) FROM generate_series(i.indnkeyatts + 1, i.indnatts) k(n)) AS included
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
  JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid JOIN pg_catalog.pg_am m ON m.oid = x.relam
  WHERE t.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'public') AND m.amname = 'btree'
  ORDER BY x.relname`

async function existingIndexes(client: pg.Client): Promise<Existing[]> {
  return (await client.query<Existing>(EXISTING)).rows
}

/** The name that we give the index. */
export function indexName({ table, columns, include = [] }: WantedIndex): string {
  const words = [table, ...columns, ...include].join('_').replaceAll(' DESC', '')
  return OURS + words.toLowerCase().replace(/\W+/g, '_').replace(/_$/, '')
}

/** The column of the table behind a place of an index. */
function columnOf(place: string): string {
  return /\((\w+)\)::/.exec(place)?.[1] ?? place.replace(/ DESC$/, '')
}

/** The statement that makes the index beside running traffic. */
export function indexStatement(wanted: WantedIndex): string {
  const { table, columns, include } = wanted
  const besides = include ? ` INCLUDE (${include.join(', ')})` : ''
  return `CREATE INDEX CONCURRENTLY IF NOT EXISTS ${indexName(wanted)} ON public.${table} (${columns.join(', ')})${besides}`
}

const turned = (column: string) => (column.endsWith(' DESC') ? column.slice(0, -5) : `${column} DESC`)

// An index is read in both directions, and a longer one that begins with the columns does as well.
function serves(existing: Existing, { table, columns, include = [] }: WantedIndex): boolean {
  if (existing.table !== table || !existing.valid || existing.partial) return false
  if (!include.every((column) => existing.included.includes(column) || existing.columns.includes(column))) return false
  const begins = (wanted: readonly string[]) => wanted.every((column, i) => existing.columns[i] === column)
  return begins(columns) || begins(columns.map(turned))
}

/** The wanted indexes that no valid index of the database stands in for, with the statement that makes each. */
export async function findMissingIndexes(
  client: pg.Client,
  vintage: Vintage,
): Promise<(WantedIndex & { statement: string })[]> {
  const existing = await existingIndexes(client)
  return wantedOf(vintage)
    .filter((wanted) => !existing.some((index) => serves(index, wanted)))
    .map((wanted) => ({ ...wanted, statement: `${indexStatement(wanted)};` }))
}

function wantedOf(vintage: Vintage): WantedIndex[] {
  return WANTED_INDEXES.filter(({ table, columns }) =>
    columns.every((column) => vintage.columns[table]?.includes(columnOf(column))),
  )
}

/** One thing to do, or done: an index made or dropped. */
export type IndexStep = {
  name: string
  statement: string
  why: string
  /** For one to be made an estimate, at most; for one made or to be dropped what it takes; null when nothing is known. */
  bytes: number | null
  /** Left by a run that was interrupted, and of no use. */
  invalid?: boolean
}

export type IndexOptions = {
  /** Called before a step begins, not called for a dry run. */
  onBegin?: (step: IndexStep) => void
  /** Called after each step with what it took in milliseconds. */
  onDone?: (step: IndexStep, ms: number) => void
  dryRun?: boolean
}

/**
 * Makes the missing indexes with the owner's URL, each beside running traffic; what an interrupted run left is dropped
 * first, so that a second run ends what the first began, and last what an earlier version made and no page needs any more.
 * Returns the steps. Throws DatabaseProblem with a sentence.
 */
export function makeIndexes(ownerUrl: string, options: IndexOptions = {}): Promise<IndexStep[]> {
  return asOwner(ownerUrl, options, async (client, vintage) => {
    const existing = await existingIndexes(client)
    const steps: IndexStep[] = []
    for (const wanted of wantedOf(vintage)) {
      const name = indexName(wanted)
      const left = existing.find((index) => index.name === name && !index.valid)
      if (existing.some((index) => serves(index, wanted))) continue
      if (left) steps.push(dropStep(left, 'left by an interrupted run'))
      steps.push({ name, statement: indexStatement(wanted), why: wanted.why, bytes: await estimate(client, wanted) })
    }
    const names = new Set(wantedOf(vintage).map(indexName))
    const former = existing.filter((index) => isOurs(index) && !names.has(index.name))
    return [...steps, ...former.map((index) => dropStep(index, 'of an earlier version: no page needs it any more'))]
  })
}

/** Drops the indexes that `makeIndexes` made, and no others. Returns the steps. Throws DatabaseProblem with a sentence. */
export function dropIndexes(ownerUrl: string, options: IndexOptions = {}): Promise<IndexStep[]> {
  return asOwner(ownerUrl, options, async (client) => {
    const existing = await existingIndexes(client)
    // Those of another version of the dashboard too.
    return existing
      .filter(isOurs)
      .map((index) => dropStep(index, WANTED_INDEXES.find((wanted) => indexName(wanted) === index.name)?.why ?? ''))
  })
}

const isOurs = ({ name, table }: Existing) =>
  WANTED_INDEXES.some((wanted) => wanted.table === table) && name.startsWith(`${OURS}${table}_`)

function dropStep({ name, valid, bytes }: Existing, why: string): IndexStep {
  return {
    name,
    statement: `DROP INDEX CONCURRENTLY IF EXISTS public.${name}`,
    why,
    bytes: Number(bytes),
    ...(valid ? {} : { invalid: true }),
  }
}

function asOwner(
  ownerUrl: string,
  { dryRun = false, onBegin = () => {}, onDone = () => {} }: IndexOptions,
  plan: (client: pg.Client, vintage: Vintage) => Promise<IndexStep[]>,
): Promise<IndexStep[]> {
  return withDatabase(ownerUrl, async (client, session) => {
    const vintage = await detectVintage(client)
    if (!isMig(vintage))
      throw new DatabaseProblem(`The database "${session.database}" has no tables of MIG: correct the address.`)
    if (dryRun) return plan(client, vintage)
    if (session.standby)
      throw new DatabaseProblem(`The database "${session.database}" is a read-only standby: name the primary.`)
    refusePooled(session, ownerUrl)
    await refuseStrangers(client, session.role)
    await client.query(`SET statement_timeout = 0; SET lock_timeout = 0`)
    // Not waited for inside the server: a session that waits there holds a snapshot, and the other run's CREATE INDEX
    // waits for all snapshots.
    while (!(await gotLock(client))) await sleep(LOCK_PAUSE_MS)
    const steps = await plan(client, vintage)
    for (const step of steps) {
      onBegin(step)
      const begun = performance.now()
      await client.query(step.statement).catch((error: Error) => {
        throw new DatabaseProblem(`${step.name} was not done, and a second run goes on from here: ${error.message}.`)
      })
      const { rows } = await client.query<{ bytes: string | null }>(
        `SELECT pg_catalog.pg_relation_size(to_regclass($1)) AS bytes`,
        [`public.${step.name}`],
      )
      onDone({ ...step, bytes: rows[0]?.bytes ? Number(rows[0].bytes) : step.bytes }, performance.now() - begun)
    }
    return steps
  })
}

async function gotLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [LOCK])
  return rows[0]?.got === true
}

async function refuseStrangers(client: pg.Client, role: string): Promise<void> {
  const { rows } = await client.query<{ relname: string }>(
    `SELECT relname FROM pg_catalog.pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
       AND relname = ANY($1) AND NOT pg_has_role(relowner, 'USAGE') ORDER BY relname LIMIT 1`,
    [[...new Set(WANTED_INDEXES.map(({ table }) => table))]],
  )
  if (rows[0])
    throw new DatabaseProblem(
      `"${role}" does not own the table ${rows[0].relname}, and only its owner can make indexes: give the owner's URL with --url.`,
    )
}

const TUPLE = 12
const FILL = 0.9

/** What the index will take at most, from the table's statistics; PostgreSQL stores equal keys once, so it is often less. */
async function estimate(client: pg.Client, { table, columns, include = [] }: WantedIndex): Promise<number | null> {
  const { rows } = await client.query<{ rows: number; width: string | null; known: string }>(
    `SELECT c.reltuples::float8 AS rows, sum(s.avg_width) AS width, count(s.avg_width) AS known
     FROM pg_catalog.pg_class c
     LEFT JOIN pg_catalog.pg_stats s ON s.schemaname = 'public' AND s.tablename = c.relname AND s.attname = ANY($2)
     WHERE c.relname = $1 AND c.relnamespace = 'public'::regnamespace GROUP BY c.reltuples`,
    [table, [...columns.map(columnOf), ...include]],
  )
  const found = rows[0]
  // Never analysed, or not to be seen by this role.
  if (!found || found.rows < 0 || Number(found.known) < columns.length + include.length) return null
  return Math.round((found.rows * (TUPLE + 8 * Math.ceil(Number(found.width) / 8))) / FILL)
}
