import pg from 'pg'
import { isPooled } from '@/lib/db/pool'
import { dashboardGrantsSql } from '@/lib/db/roles'
import { applyMigrations, markApplied, markRolledBack, readMigrations } from '@/lib/db/schema-engine'
import { detectVintage, isMig, type Queryable } from '@/lib/mig/vintage'

// Any constant does; it only has to differ from the lock of Prisma's own engine.
const LOCK = 7_209_140_915

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    application_name: 'mig-dashboard migrations',
  })
  client.on('error', () => {})
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end().catch(() => {})
  }
}

export type MigrationState = {
  pending: string[]
  /** Begun and not ended; also among the pending. */
  failed: string[]
  /** Applied, and not of this program: a newer version was here. */
  unknown: string[]
}

/** As migrationState, on an open connection; 'hidden' when the role may not read the migration table. */
export async function migrationStateOf(client: Queryable): Promise<MigrationState | 'hidden'> {
  const names = (await readMigrations()).map(({ name }) => name)
  const table =
    await client.query(`SELECT has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS readable
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'dashboard' AND c.relname = '_prisma_migrations'`)
  if (table.rows.length === 0) return { pending: names, failed: [], unknown: [] }
  if (!table.rows[0].readable) return 'hidden'
  const { rows } = await client.query(
    `SELECT migration_name, bool_or(finished_at IS NOT NULL) AS finished
     FROM dashboard._prisma_migrations WHERE rolled_back_at IS NULL GROUP BY migration_name ORDER BY migration_name`,
  )
  const finished = new Map<string, boolean>(rows.map((row) => [row.migration_name, row.finished]))
  return {
    pending: names.filter((name) => !finished.get(name)),
    failed: names.filter((name) => finished.get(name) === false),
    unknown: [...finished.keys()].filter((name) => !names.includes(name)),
  }
}

async function stateOf(client: Queryable): Promise<MigrationState> {
  const state = await migrationStateOf(client)
  if (state === 'hidden') throw new Error('The role may not read the migrations of schema "dashboard".')
  return state
}

/** The migrations that the database does not have yet, and those that began and did not end. Needs SELECT on the migration table only. */
export function migrationState(url: string): Promise<MigrationState> {
  return withClient(url, stateOf)
}

/**
 * Brings the database up to date with the owner's role and returns the names of the migrations that ran.
 * MIG's tables are made in an empty database only; where they exist nothing in "public" changes. Throws an Error with a sentence.
 */
export function migrate(ownerUrl: string): Promise<string[]> {
  return withClient(ownerUrl, async (client) => {
    // A pooler would leave the lock on one of its connections for ever.
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    if (isPooled(client, rows[0]?.pid))
      throw new Error('Migrations need a direct connection to PostgreSQL, and this address leads to a pooler.')
    // Several starts at once: one migrates, the others wait and find nothing to do.
    await client.query('SELECT pg_advisory_lock($1)', [LOCK])
    const state = await stateOf(client)
    if (state.pending.length === 0) return []
    const vintage = await detectVintage(client)
    if (vintage.kind !== 'empty' && !isMig(vintage))
      throw new Error(
        `The database has tables, but not MIG's: ${vintage.missing.slice(0, 5).join(', ')}${vintage.missing.length > 5 ? ' and more' : ''}.`,
      )
    // Not IF NOT EXISTS, which needs the right to create even when the schema is there.
    if ((await client.query(`SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'dashboard'`)).rowCount === 0)
      await client.query('CREATE SCHEMA dashboard')
    for (const name of state.failed) {
      const isDone = await tookEffect(client, name)
      await markRolledBack(ownerUrl, name)
      if (isDone) await markApplied(ownerUrl, name)
    }
    const [first] = state.pending
    const migTables = (await readMigrations())[0]?.name
    if (vintage.kind !== 'empty' && first !== undefined && first === migTables) await markApplied(ownerUrl, first)
    const applied = await applyMigrations(ownerUrl)
    await grantAgain(client)
    return applied
  })
}

// Whether the script of a migration ran to its end, in a start that was killed before this was noted.
async function tookEffect(client: pg.Client, name: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT FROM dashboard._prisma_migrations
     WHERE migration_name = $1 AND finished_at IS NULL AND rolled_back_at IS NULL AND applied_steps_count > 0`,
    [name],
  )
  return rowCount !== 0
}

// New tables reach the roles that already work with the schema: those that may append to the audit.
async function grantAgain(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ rolname: string }>(
    `SELECT r.rolname FROM pg_catalog.pg_class c, LATERAL pg_catalog.aclexplode(c.relacl) g
     JOIN pg_catalog.pg_roles r ON r.oid = g.grantee
     WHERE c.relname = 'audit' AND c.relnamespace = 'dashboard'::regnamespace AND g.grantee <> c.relowner AND g.privilege_type = 'INSERT'`,
  )
  for (const { rolname } of rows) await client.query(dashboardGrantsSql(rolname))
}
