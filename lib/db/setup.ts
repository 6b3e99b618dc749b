import { createHash, randomBytes } from 'node:crypto'
import pg from 'pg'
import { migrate, migrationStateOf } from '@/lib/db/migrate'
import { isPooled } from '@/lib/db/pool'
import { dashboardGrantsSql, migGrantsSql, PROGRAM_ROLE, roleSql } from '@/lib/db/roles'
import { readMigrations } from '@/lib/db/schema-engine'
import { parseEnv } from '@/lib/env'
import { detectVintage, isMig, NEEDED, type Vintage } from '@/lib/mig/vintage'

const OLDEST_SERVER = 120_000
const CLI = 'npm run mig-dashboard -- db'

/** Why a database cannot be used, as one sentence for the operator. */
export class DatabaseProblem extends Error {
  override name = 'DatabaseProblem'
}

/** Who is connected to what; read from the server, not from the URL. */
export type Session = {
  database: string
  role: string
  superuser: boolean
  /** PostgreSQL's server_version_num: 150018 is 15.18. */
  version: number
  /** A hot standby, where nothing can be written. */
  standby: boolean
  /** A pooler stands between: nothing that hangs on a session may be done there. */
  pooled: boolean
}

function where(url: string): string {
  const { hostname, port } = new URL(url)
  return `${hostname || 'the local socket'}:${port || 5432}`
}

/** The sentence for a connection that failed; the URL's password is never in it. */
export function connectionSentence(error: unknown, url: string): string {
  const at = where(url)
  const { code } = error as { code?: string }
  // pg wraps the refusals of several addresses of one name.
  const inner = error instanceof AggregateError ? (error.errors[0] as { code?: string } | undefined)?.code : undefined
  const message = error instanceof Error ? error.message : String(error)
  switch (code ?? inner) {
    case 'ECONNREFUSED':
      return `No PostgreSQL answers at ${at} (connection refused): start it, or correct the address.`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The name ${new URL(url).hostname} of the database's address is not known: correct the address.`
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `No PostgreSQL can be reached at ${at} (${code ?? inner}): check the network and the address.`
    case '28P01':
      return `The database at ${at} refuses the user name or the password: ${message}.`
    case '28000':
      return `The database at ${at} refuses this user: ${message}.`
    case '3D000':
      return `There is no such database at ${at}: ${message}.`
    case '42501':
      return `The database at ${at} does not let this user in: ${message}.`
    case '53300':
      return `The database at ${at} has no connection left: ${message}.`
    case '57P03':
      return `The database at ${at} is not ready yet: ${message}.`
  }
  if (/timeout|timed out/i.test(message))
    return `The database at ${at} does not answer within 10 seconds: check the network and the address.`
  return `The database at ${at} cannot be used: ${message.split('\n')[0]}.`
}

/** Connects with clear sentences: throws DatabaseProblem for a malformed address, no answer, a refusal, a server too old. */
export async function connectTo(url: string): Promise<{ client: pg.Client; session: Session }> {
  const parsed = parseEnv({ DATABASE_URL: url })
  if (!parsed.ok) throw new DatabaseProblem(parsed.problem)
  let client: pg.Client
  try {
    client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: 10_000,
      application_name: 'mig-dashboard',
    })
    client.on('error', () => {})
    await client.connect()
  } catch (error) {
    throw new DatabaseProblem(connectionSentence(error, url))
  }
  try {
    const { rows } = await client.query<Session & { pid: number }>(
      `SELECT current_database() AS database, current_user AS role, rolsuper AS superuser,
         current_setting('server_version_num')::integer AS version, pg_is_in_recovery() AS standby, pg_backend_pid() AS pid
       FROM pg_catalog.pg_roles WHERE rolname = current_user`,
    )
    const { pid, ...found } = rows[0] as Session & { pid: number }
    const session = { ...found, pooled: isPooled(client, pid) }
    if (session.version < OLDEST_SERVER)
      throw new DatabaseProblem(
        `The database at ${where(url)} is PostgreSQL ${Math.floor(session.version / 10_000)}: version 12 or newer is needed.`,
      )
    return { client, session }
  } catch (error) {
    await client.end().catch(() => {})
    throw error instanceof DatabaseProblem ? error : new DatabaseProblem(connectionSentence(error, url))
  }
}

/** Connects, runs `use`, closes. */
export async function withDatabase<T>(
  url: string,
  use: (client: pg.Client, session: Session) => Promise<T>,
): Promise<T> {
  const { client, session } = await connectTo(url)
  try {
    return await use(client, session)
  } finally {
    await client.end().catch(() => {})
  }
}

/** Throws for an address that leads to a pooler. */
export function refusePooled(session: Session, url: string): void {
  if (session.pooled)
    throw new DatabaseProblem(`At ${where(url)} answers a pooler: give the address of PostgreSQL itself with --url.`)
}

function named(session: Session, url: string): string {
  return `The database "${session.database}" at ${where(url)}`
}

function emptySentence(session: Session, url: string): string {
  return `${named(session, url)} is empty: correct the address, or create MIG's tables in it with \`${CLI} setup\`.`
}

function foreignSentence(vintage: Vintage, session: Session, url: string): string {
  const tables = ['actions', 'agents', 'commands'].filter((table) => !vintage.columns[table])
  return `${named(session, url)} is not a MIG database: it has tables, but none called ${tables.join(', ')}; correct the address.`
}

function missingSentence(vintage: Vintage, session: Session): string {
  const more = vintage.missing.length > 6 ? ` and ${vintage.missing.length - 6} more` : ''
  return `MIG's tables lack what the dashboard reads, or "${session.role}" may not read it: ${vintage.missing.slice(0, 6).join(', ')}${more}; \`${CLI} sql\` prints the grants for the database's owner.`
}

type Rights = {
  /** Schema dashboard exists. */
  schema: boolean
  mayCreate: boolean
  /** The role can alter the dashboard's tables. */
  owner: boolean
  mayWrite: boolean
}

async function rights(client: pg.Client): Promise<Rights> {
  const { rows } = await client.query<Rights>(
    `SELECT n.oid IS NOT NULL AS schema,
       CASE WHEN n.oid IS NULL THEN has_database_privilege(current_database(), 'CREATE')
         ELSE has_schema_privilege(n.oid, 'CREATE') END AS "mayCreate",
       coalesce(pg_has_role(coalesce(c.relowner, n.nspowner), 'USAGE'), false) AS owner,
       coalesce(has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'INSERT'), false) AS "mayWrite"
     FROM (SELECT) AS one
     LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = 'dashboard'
     LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = 'audit'`,
  )
  return rows[0] as Rights
}

export type Prepared = { ok: true; vintage: Vintage; warnings: string[] } | { ok: false; problem: string }

/** Makes an existing MIG database ready for the program at its start, as far as its role may; nothing in "public" changes. */
export async function prepareDatabase(url: string): Promise<Prepared> {
  try {
    return await withDatabase(url, (client, session) => prepare(client, session, url))
  } catch (error) {
    if (error instanceof DatabaseProblem) return { ok: false, problem: error.message }
    return { ok: false, problem: connectionSentence(error, url) }
  }
}

async function prepare(client: pg.Client, session: Session, url: string): Promise<Prepared> {
  const vintage = await detectVintage(client)
  if (vintage.kind === 'empty') return { ok: false, problem: emptySentence(session, url) }
  if (!isMig(vintage)) return { ok: false, problem: foreignSentence(vintage, session, url) }

  const before = await rights(client)
  const state = await migrationStateOf(client)
  if (state === 'hidden') return { ok: false, problem: noRightsSentence(session) }
  const warnings: string[] = []
  if (state.pending.length > 0) {
    const problem = whyNotMigrate(before, session, url)
    if (problem) return { ok: false, problem }
    try {
      await migrate(url)
    } catch (error) {
      return { ok: false, problem: `Schema "dashboard" could not be migrated: ${firstLine(error)}.` }
    }
  }
  if (state.unknown.length > 0)
    warnings.push(
      `Schema "dashboard" was migrated by a newer version of the dashboard (${state.unknown.join(', ')}): run that version.`,
    )
  const after = await rights(client)
  if (!after.mayWrite) return { ok: false, problem: noRightsSentence(session) }
  if (session.standby)
    return { ok: false, problem: `${named(session, url)} is a read-only standby: DATABASE_URL names the primary.` }
  if (vintage.missing.length > 0) warnings.push(missingSentence(vintage, session))
  if (session.superuser || after.owner)
    warnings.push(
      `"${session.role}" ${session.superuser ? 'is a superuser' : 'owns schema "dashboard"'}, so the audit is not append-only for the dashboard: \`${CLI} setup --role ${PROGRAM_ROLE}\` makes a role with only the rights it needs.`,
    )
  return { ok: true, vintage, warnings }
}

function noRightsSentence(session: Session): string {
  return `"${session.role}" may not use schema "dashboard": let the database's owner run what \`${CLI} sql\` prints.`
}

function whyNotMigrate(found: Rights, session: Session, url: string): string | null {
  if (session.standby) return `${named(session, url)} is a read-only standby: DATABASE_URL names the primary.`
  if (!found.schema && !found.mayCreate)
    return `"${session.role}" may not create schema "dashboard" in the database "${session.database}": let its owner run what \`${CLI} sql\` prints.`
  if (found.schema && !found.owner)
    return `Schema "dashboard" has to be migrated, and "${session.role}" may not: run \`${CLI} migrate --url URL\` with its owner's URL.`
  if (session.pooled)
    return `Schema "dashboard" has to be migrated, and at ${where(url)} answers a pooler: run \`${CLI} migrate --url URL\` with the address of PostgreSQL itself.`
  return null
}

function firstLine(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error))
    .split('\n')
    .filter((line) => line.trim() !== '')
  // Prisma's engine says "external connector error" first and what happened second.
  return (
    (/connector error/i.test(lines[0] ?? '') ? (lines[1] ?? lines[0]) : lines[0])?.replace(/\.$/, '') ??
    'unknown reason'
  )
}

export type SetupResult = {
  database: string
  vintage: Vintage['kind']
  /** True when MIG's tables were made, which happens in an empty database only. */
  createdMigTables: boolean
  migrations: string[]
  role: string | null
  /** The program's URL when the role was made now, with its new password; null when it existed or none was asked for. */
  programUrl: string | null
}

/** Prepares a database with its owner's URL: schema dashboard, MIG's tables if it is empty, and a least-privilege role if one is named. */
export async function setupDatabase(ownerUrl: string, { role }: { role?: string } = {}): Promise<SetupResult> {
  return withDatabase(ownerUrl, async (client, session) => {
    refusePooled(session, ownerUrl)
    const found = await detectVintage(client)
    if (found.kind !== 'empty' && !isMig(found)) throw new DatabaseProblem(foreignSentence(found, session, ownerUrl))
    const state = await migrationStateOf(client)
    if (state === 'hidden') throw new DatabaseProblem(noRightsSentence(session))
    if (state.pending.length > 0) {
      const problem = whyNotMigrate(await rights(client), session, ownerUrl)
      if (problem) throw new DatabaseProblem(problem)
    }
    if (role && (await isMigsOwnRole(client, role))) throw new DatabaseProblem(migsOwnSentence(role))
    const migrations = await migrate(ownerUrl).catch((error) => {
      throw new DatabaseProblem(`The database could not be prepared: ${firstLine(error)}.`)
    })
    const vintage = await detectVintage(client)
    const programUrl = role ? await makeRole(client, vintage, role, ownerUrl) : null
    return {
      database: session.database,
      vintage: vintage.kind,
      createdMigTables: found.kind === 'empty',
      migrations,
      role: role ?? null,
      programUrl,
    }
  })
}

/** True for a role that MIG itself works with, or that owns more than the dashboard may have: its grants are not ours to change. */
export async function isMigsOwnRole(client: pg.Client, role: string): Promise<boolean> {
  if (['migadmin', 'migapi', 'migscheduler', 'migreadonly'].includes(role)) return true
  const { rowCount } = await client.query(
    `SELECT FROM pg_catalog.pg_roles r
     WHERE r.rolname = $1 AND (r.rolsuper OR EXISTS (SELECT FROM pg_catalog.pg_class c
       WHERE c.relnamespace = 'public'::regnamespace AND c.relname IN ('actions', 'agents', 'commands')
         AND has_table_privilege(r.oid, c.oid, 'INSERT, UPDATE, DELETE')))`,
    [role],
  )
  return rowCount !== 0
}

/** The sentence for such a role. */
export function migsOwnSentence(role: string): string {
  return `The role "${role}" is MIG's own or may do more than the dashboard should: name another one, for example ${PROGRAM_ROLE}.`
}

/** Applies the pending migrations of an existing MIG database with the owner's URL; returns their names. */
export function migrateDatabase(ownerUrl: string): Promise<string[]> {
  return withDatabase(ownerUrl, async (client, session) => {
    const vintage = await detectVintage(client)
    if (vintage.kind === 'empty') throw new DatabaseProblem(emptySentence(session, ownerUrl))
    return (await setupDatabase(ownerUrl)).migrations
  })
}

async function makeRole(client: pg.Client, vintage: Vintage, role: string, ownerUrl: string): Promise<string | null> {
  const exists = (await client.query('SELECT FROM pg_catalog.pg_roles WHERE rolname = $1', [role])).rowCount !== 0
  const password = exists ? null : randomBytes(24).toString('base64url')
  try {
    await client.query('BEGIN')
    if (password) {
      await client.query(roleSql(role))
      await client.query(`ALTER ROLE ${client.escapeIdentifier(role)} PASSWORD ${client.escapeLiteral(password)}`)
    }
    await client.query(migGrantsSql(vintage, role))
    await client.query(dashboardGrantsSql(role))
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    const why = firstLine(error)
    throw new DatabaseProblem(
      `The role "${role}" could not be prepared: ${why}; a superuser can run what \`${CLI} sql --role ${role}\` prints.`,
    )
  }
  if (!password) return null
  const url = new URL(ownerUrl)
  url.username = encodeURIComponent(role)
  url.password = password
  return url.href
}

// As Prisma's own engine makes it, so that it finds its history.
const MIGRATION_TABLE = `CREATE TABLE IF NOT EXISTS dashboard._prisma_migrations (
  id varchar(36) NOT NULL CONSTRAINT _prisma_migrations_pkey PRIMARY KEY,
  checksum varchar(64) NOT NULL,
  finished_at timestamp with time zone,
  migration_name varchar(255) NOT NULL,
  logs text,
  rolled_back_at timestamp with time zone,
  started_at timestamp with time zone NOT NULL DEFAULT now(),
  applied_steps_count integer NOT NULL DEFAULT 0
);
`

/** The id of a migration's row: the same whenever the statements are printed. */
function rowId(name: string): string {
  const hex = createHash('sha256').update(`mig-dashboard ${name}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/**
 * The statements for the database's owner, in one transaction: what is missing of schema dashboard (and of MIG's tables
 * in an empty database), the program's role and its grants.
 */
export async function ownerSql(vintage: Vintage, pending: string[], role: string): Promise<string> {
  const parts = [
    `-- For the owner of MIG's tables, once with psql -v ON_ERROR_STOP=1; creating the role needs a superuser or CREATEROLE.\n-- Nothing of MIG's own tables changes but the grants to "${role}".`,
    'BEGIN;',
    `-- The dashboard's role. Give it a password afterwards: \\password ${role}\n${roleSql(role).trimEnd()}`,
  ]
  if (pending.length > 0) {
    parts.push("-- The dashboard's own tables.\nCREATE SCHEMA IF NOT EXISTS dashboard;", MIGRATION_TABLE.trimEnd())
    const migrations = await readMigrations()
    for (const { name, sql } of migrations.filter((m) => pending.includes(m.name))) {
      // MIG's tables are never made where they are.
      const run = name !== migrations[0]?.name || vintage.kind === 'empty'
      const checksum = createHash('sha256').update(sql).digest('hex')
      if (run) parts.push(sql.trimEnd())
      parts.push(
        `INSERT INTO dashboard._prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)\n  VALUES ('${rowId(name)}', '${checksum}', now(), '${name}', ${run ? 1 : 0});`,
      )
    }
  }
  parts.push(
    `-- What the dashboard reads and writes.\n${migGrantsSql(vintage.kind === 'empty' ? { ...vintage, columns: NEEDED } : vintage, role).trimEnd()}`,
    dashboardGrantsSql(role).trimEnd(),
    'COMMIT;',
  )
  return `${parts.join('\n\n')}\n`
}
