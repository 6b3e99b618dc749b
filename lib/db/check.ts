import type pg from 'pg'
import { checkStandby, type StandbyReport } from '@/lib/db/check-standby'
import { findMissingIndexes, type WantedIndex } from '@/lib/db/indexes'
import { migrationStateOf } from '@/lib/db/migrate'
import { APPEND_ONLY_TABLES, MIG_WRITES, READ_ONLY_TABLES } from '@/lib/db/roles'
import { withDatabase } from '@/lib/db/setup'
import { detectVintage, LATER_TABLES, SECRET_COLUMNS, type Vintage, type VintageKind } from '@/lib/mig/vintage'

const REFERENCES = [
  ['commands', 'actionid', 'actions'],
  ['commands', 'agentid', 'agents'],
  ['signatures', 'actionid', 'actions'],
  ['signatures', 'investigatorid', 'investigators'],
  ['agtmodreq', 'moduleid', 'modules'],
  ['agtmodreq', 'agentid', 'agents'],
  ['invagtmodperm', 'investigatorid', 'investigators'],
  ['invagtmodperm', 'agentid', 'agents'],
  ['invagtmodperm', 'moduleid', 'modules'],
] as const

// By catalog and not by ::regclass, which fails for a role without USAGE on the schema.
const TABLE = `(SELECT c.oid FROM pg_catalog.pg_class c WHERE c.relname = $1 AND c.relnamespace = 'public'::regnamespace)`
const TARGET = TABLE.replace('$1', '$2')

const ORPHAN_LIMIT = '60s'

export type Orphans = {
  /** 'signatures.investigatorid → investigators.id' */
  reference: string
  /** A foreign key of the database keeps the reference, so there is nothing to count. */
  enforced: boolean
  /** Rows that refer to nothing; null when it could not be counted. */
  rows: number | null
  /** Up to three ids that are referred to and are not there. */
  examples: string[]
}

export type DatabaseReport = {
  server: string
  database: string
  role: string
  vintage: VintageKind
  /** 'table.column (missing or not granted)' */
  missingColumns: string[]
  missingIndexes: (WantedIndex & { statement: string })[]
  /** 'INSERT on public.modules' */
  missingGrants: string[]
  /** Rights that the dashboard does not want: secret columns, an audit that it could alter. */
  excessGrants: string[]
  migrations: { pending: string[]; failed: string[]; unknown: string[] }
  /** The database's clock minus this machine's, in milliseconds. */
  clockDifferenceMs: number
  /** How exact that is: half of the round trip. */
  clockUncertaintyMs: number
  orphans: Orphans[]
  /** A pooler such as PgBouncer stands between. */
  pooled: boolean
  /** Settings that the role lacks and that only the role can bring through a pooler: 'statement_timeout'. */
  missingDefaults: string[]
  /** The standby of DATABASE_READ_URL; null without one. */
  standby: StandbyReport | null
  /** False when something keeps the dashboard from working: columns, grants, migrations. */
  usable: boolean
}

/** Looks at a database as the program would use it, with the program's URL; changes nothing. Throws DatabaseProblem with a sentence. */
export function checkDatabase(url: string, readUrl: string | null = null): Promise<DatabaseReport> {
  return withDatabase(url, async (client, session) => {
    const vintage = await detectVintage(client)
    const state = await migrationStateOf(client)
    const migrations = state === 'hidden' ? { pending: [], failed: [], unknown: [] } : state
    const missingGrants = await findMissingGrants(client, vintage)
    const [difference, uncertainty] = await clockDifference(client)
    const known = vintage.kind !== 'empty'
    return {
      server: `PostgreSQL ${Math.floor(session.version / 10_000)}.${session.version % 10_000}`,
      database: session.database,
      role: session.role,
      vintage: vintage.kind,
      missingColumns: known ? vintage.missing : [],
      missingIndexes: await findMissingIndexes(client, vintage),
      missingGrants,
      excessGrants: await findExcessGrants(client, vintage, session.superuser),
      migrations,
      clockDifferenceMs: difference,
      clockUncertaintyMs: uncertainty,
      orphans: await findOrphans(client, vintage),
      pooled: session.pooled,
      missingDefaults: await findMissingDefaults(client),
      standby: readUrl === null ? null : await checkStandby(readUrl, client),
      usable:
        known &&
        vintage.kind !== 'unknown' &&
        vintage.missing.length === 0 &&
        missingGrants.length === 0 &&
        migrations.pending.length === 0 &&
        migrations.unknown.length === 0,
    }
  })
}

async function findMissingGrants(client: pg.Client, vintage: Vintage): Promise<string[]> {
  const missing: string[] = []
  const ask = async (what: string, text: string, values: unknown[]) => {
    const { rows } = await client.query<{ may: boolean | null }>(text, values)
    if (rows.length > 0 && rows[0]?.may !== true) missing.push(what)
  }
  for (const [table, verbs] of Object.entries(MIG_WRITES)) {
    for (const verb of vintage.columns[table] ? verbs : []) {
      const right = verb === 'DELETE' ? 'has_table_privilege' : 'has_any_column_privilege'
      await ask(`${verb} on public.${table}`, `SELECT ${right}(${TABLE}, $2) AS may`, [table, verb])
    }
  }
  if (vintage.investigatorSequence)
    await ask(
      `USAGE on ${vintage.investigatorSequence}`,
      `SELECT has_sequence_privilege(s.oid, 'USAGE') AS may
       FROM pg_catalog.pg_class s JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace
       WHERE s.relkind = 'S' AND quote_ident(n.nspname) || '.' || quote_ident(s.relname) = $1`,
      [vintage.investigatorSequence],
    )
  const { rows } = await client.query<{ name: string; verb: string }>(
    `SELECT c.relname AS name, v.verb FROM pg_catalog.pg_class c
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) v(verb)
     WHERE n.nspname = 'dashboard' AND c.relkind IN ('r', 'p')
       AND NOT (c.relname = ANY($1) AND v.verb IN ('UPDATE', 'DELETE'))
       AND NOT (c.relname = ANY($2) AND v.verb <> 'SELECT')
       AND NOT (has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, v.verb))
     ORDER BY c.relname, v.verb`,
    [APPEND_ONLY_TABLES, READ_ONLY_TABLES],
  )
  return [...missing, ...rows.map(({ name, verb }) => `${verb} on dashboard.${name}`)]
}

async function findExcessGrants(client: pg.Client, vintage: Vintage, superuser: boolean): Promise<string[]> {
  if (superuser) return ['superuser']
  const found: string[] = []
  for (const table of ['investigators', ...LATER_TABLES]) {
    for (const column of vintage.columns[table] ?? []) {
      if (!SECRET_COLUMNS[table]?.includes(column)) continue
      const { rows } = await client.query<{ may: boolean }>(
        `SELECT has_column_privilege(${TABLE}, $2, 'SELECT') AS may`,
        [table, column],
      )
      if (rows[0]?.may) found.push(`SELECT on public.${table}.${column}`)
    }
  }
  const { rows } = await client.query<{ name: string; verb: string }>(
    `SELECT c.relname AS name, v.verb FROM pg_catalog.pg_class c CROSS JOIN unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) v(verb)
     WHERE c.relname = ANY($1) AND c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'dashboard')
       AND has_table_privilege(c.oid, v.verb)
     ORDER BY c.relname, v.verb`,
    [APPEND_ONLY_TABLES],
  )
  return [...found, ...rows.map(({ name, verb }) => `${verb} on dashboard.${name}`)]
}

async function findMissingDefaults(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT w.name FROM unnest(ARRAY['timezone', 'statement_timeout']) w(name)
     WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_db_role_setting s, unnest(s.setconfig) c
       WHERE s.setrole IN (0, (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user))
         AND s.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))
         AND lower(split_part(c, '=', 1)) = w.name)`,
  )
  return rows.map(({ name }) => name)
}

async function clockDifference(client: pg.Client): Promise<[difference: number, uncertainty: number]> {
  let best: [number, number] = [0, Number.POSITIVE_INFINITY]
  for (let attempt = 0; attempt < 3; attempt++) {
    const sent = Date.now()
    const { rows } = await client.query<{ ms: string }>('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS ms')
    const half = (Date.now() - sent) / 2
    if (half < best[1]) best = [Number(rows[0]?.ms) - sent - half, half]
  }
  return [Math.round(best[0]), Math.ceil(best[1])]
}

async function findOrphans(client: pg.Client, vintage: Vintage): Promise<Orphans[]> {
  const found: Orphans[] = []
  for (const [table, column, target] of REFERENCES) {
    if (!vintage.columns[table]?.includes(column) || !vintage.columns[target]?.includes('id')) continue
    const reference = `${table}.${column} → ${target}.id`
    const key = await client.query(
      `SELECT FROM pg_catalog.pg_constraint k
       JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
       WHERE k.contype = 'f' AND k.convalidated AND k.conrelid = ${TABLE} AND k.confrelid = ${TARGET}
         AND cardinality(k.conkey) = 1 AND a.attname = $3`,
      [table, target, column],
    )
    if (key.rowCount) found.push({ reference, enforced: true, rows: 0, examples: [] })
    else found.push({ reference, enforced: false, ...(await countOrphans(client, table, column, target)) })
  }
  return found
}

async function countOrphans(
  client: pg.Client,
  table: string,
  column: string,
  target: string,
): Promise<{ rows: number | null; examples: string[] }> {
  try {
    await client.query('BEGIN READ ONLY')
    await client.query(`SET LOCAL statement_timeout = '${ORPHAN_LIMIT}'`)
    const { rows } = await client.query<{ rows: string | null; examples: string[] | null }>(
      `SELECT sum(n) AS rows, (array_agg(id ORDER BY n DESC, id))[1:3] AS examples
       FROM (SELECT trunc(r.${column})::text AS id, count(*) AS n FROM public.${table} r
         WHERE NOT EXISTS (SELECT FROM public.${target} t WHERE t.id = r.${column}) GROUP BY 1) AS lost`,
    )
    return { rows: Number(rows[0]?.rows ?? 0), examples: rows[0]?.examples ?? [] }
  } catch (error) {
    // Not granted, or a table too large for the limit.
    const { code } = error as { code?: string }
    if (code !== '57014' && code !== '42501') throw error
    return { rows: null, examples: [] }
  } finally {
    await client.query('ROLLBACK')
  }
}
