import type pg from 'pg'
import { pool } from '@/lib/db/pool'
import { raw, type Sql } from '@/lib/db/sql'

/** What a pg client, pool or transaction can do; enough to read the catalog. */
export type Queryable = {
  // biome-ignore lint/suspicious/noExplicitAny: the rows of a text query have no type of their own
  query(text: string, values?: unknown[]): Promise<{ rows: any[] }>
}

export type VintageKind = 'data-rst' | 'scripts' | '2019' | 'empty' | 'unknown'

/** Which layout of MIG's tables a database has, and what follows from it. */
export type Vintage = {
  kind: VintageKind
  /** 'table.column (missing or not granted)': what the program needs and cannot read. */
  missing: string[]
  /** The columns of MIG's tables that exist, by table, in the order of the table. */
  columns: Readonly<Record<string, readonly string[]>>
  /** actions.sentctr … timeoutctr */
  counters: boolean
  /** agents.os; otherwise the system is in agents.environment */
  agentOs: boolean
  /** Whether investigators.id has a default. */
  investigatorId: 'none' | 'sequence'
  /** The sequence behind investigators.id, quoted with its schema. */
  investigatorSequence: string | null
  publickey: 'varchar' | 'bytea'
  /** investigators.status, createdat, lastmodified */
  investigatorStatus: boolean
  /** investigators.permissions, the mask of 2016 and later */
  investigatorPermissions: boolean
}

export const COUNTERS = ['sentctr', 'returnedctr', 'donectr', 'cancelledctr', 'failedctr', 'timeoutctr'] as const

/** MIG's eight tables and the columns of them that every layout has. */
export const NEEDED: Readonly<Record<string, readonly string[]>> = {
  actions: [
    'id',
    'name',
    'target',
    'description',
    'threat',
    'operations',
    'validfrom',
    'expireafter',
    'starttime',
    'finishtime',
    'lastupdatetime',
    'status',
    'pgpsignatures',
    'syntaxversion',
  ],
  agents: [
    'id',
    'name',
    'queueloc',
    'version',
    'pid',
    'starttime',
    'destructiontime',
    'heartbeattime',
    'status',
    'environment',
    'tags',
  ],
  commands: ['id', 'actionid', 'agentid', 'status', 'results', 'starttime', 'finishtime'],
  investigators: ['id', 'name', 'pgpfingerprint', 'publickey'],
  signatures: ['actionid', 'investigatorid', 'pgpsignature'],
  modules: ['id', 'name'],
  agtmodreq: ['moduleid', 'agentid', 'minimumweight'],
  invagtmodperm: ['investigatorid', 'agentid', 'moduleid', 'weight'],
}

/** Tables that later versions of MIG have besides the eight. */
export const LATER_TABLES = ['agents_stats', 'loaders', 'manifests', 'manifestsig'] as const

/** Columns that are never selected and never granted. */
export const SECRET_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  investigators: ['privatekey', 'apikey', 'apisalt'],
  loaders: ['loaderkey', 'salt'],
}

// pg_attribute and not information_schema, which hides what the role may not use.
const CATALOG = `
  SELECT c.relname AS table, a.attname AS column, pg_catalog.format_type(a.atttypid, NULL) AS type,
    a.attnotnull AS not_null, a.atthasdef OR a.attidentity <> '' AS has_default,
    has_schema_privilege(c.relnamespace, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT') AS readable
  FROM pg_catalog.pg_class c
  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'public')
    AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
      WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY c.relname, a.attnum`

const SEQUENCE = `
  SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(s.relname) AS name
  FROM pg_catalog.pg_class t
  JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attname = 'id' AND NOT a.attisdropped
  LEFT JOIN pg_catalog.pg_attrdef ad ON ad.adrelid = t.oid AND ad.adnum = a.attnum
  JOIN pg_catalog.pg_depend d ON
    (d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = ad.oid
      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass)
    OR (d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refclassid = d.classid
      AND d.refobjid = t.oid AND d.refobjsubid = a.attnum AND d.deptype IN ('a', 'i'))
  JOIN pg_catalog.pg_class s ON s.relkind = 'S' AND s.oid IN (d.refobjid, d.objid)
  JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace
  WHERE t.relname = 'investigators'
    AND t.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'public')
  ORDER BY d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass DESC
  LIMIT 1`

type CatalogRow = {
  table: string
  column: string | null
  type: string
  not_null: boolean
  has_default: boolean
  readable: boolean
}

/** Reads the catalog and tells which layout of MIG's tables the database has. */
export async function detectVintage(database: Queryable): Promise<Vintage> {
  const rows: CatalogRow[] = (await database.query(CATALOG)).rows
  const sequence: string | null = (await database.query(SEQUENCE)).rows[0]?.name ?? null
  const found = new Map<string, CatalogRow>()
  const columns: Record<string, string[]> = {}
  for (const row of rows) {
    if (!Object.hasOwn(NEEDED, row.table) && !(LATER_TABLES as readonly string[]).includes(row.table)) continue
    columns[row.table] ??= []
    if (row.column === null) continue
    found.set(`${row.table}.${row.column}`, row)
    columns[row.table]?.push(row.column)
  }
  const has = (name: string) => found.has(name)

  const counters = COUNTERS.every((name) => has(`actions.${name}`))
  const agentOs = has('agents.os')
  const needed = Object.entries(NEEDED).flatMap(([table, names]) => names.map((name) => `${table}.${name}`))
  if (counters) needed.push(...COUNTERS.map((name) => `actions.${name}`))
  if (agentOs) needed.push('agents.os')
  const absent = needed.filter((name) => !has(name))
  const missing = needed.filter((name) => !found.get(name)?.readable).map((name) => `${name} (missing or not granted)`)

  const publickey = found.get('investigators.publickey')?.type === 'bytea' ? 'bytea' : 'varchar'
  const investigatorStatus = has('investigators.status')
  return {
    kind: rows.length === 0 ? 'empty' : absent.length > 0 ? 'unknown' : kindOf(counters, investigatorStatus, publickey),
    missing,
    columns,
    counters,
    agentOs,
    investigatorId: found.get('investigators.id')?.has_default ? 'sequence' : 'none',
    investigatorSequence: sequence,
    publickey,
    investigatorStatus,
    investigatorPermissions: has('investigators.permissions'),
  }
}

function kindOf(counters: boolean, investigatorStatus: boolean, publickey: Vintage['publickey']): VintageKind {
  if (!counters && investigatorStatus) return '2019'
  return publickey === 'bytea' ? 'scripts' : 'data-rst'
}

/** True when the tables are MIG's, whatever their layout: the three that hold the fleet and its orders are there. */
export function isMig(v: Vintage): boolean {
  return ['actions', 'agents', 'commands'].every((table) => v.columns[table] !== undefined)
}

const UNUSABLE_MS = 5_000
let known: { pool: pg.Pool; at: number; vintage: Promise<Vintage> } | undefined

/** The layout of the program's database, read once; one that lacks something is read again after some seconds. */
export function vintage(): Promise<Vintage> {
  const current = pool()
  if (known?.pool === current && Date.now() - known.at < UNUSABLE_MS) return known.vintage
  const read = { pool: current, at: Date.now(), vintage: detectVintage(current) }
  known = read
  read.vintage.then(
    (found) => {
      if (found.missing.length === 0) read.at = Number.POSITIVE_INFINITY
    },
    () => {
      if (known === read) known = undefined
    },
  )
  return read.vintage
}

/** Has the layout read again, for when the database comes back and may be another one. */
export function forgetVintage(): void {
  known = undefined
}

const column = (alias: string, name: string) => raw(`${alias}.${name}`)

/** True where PostgreSQL's JSON operators can read the text of a json column: one `\u0000` or lone surrogate fails the whole query. */
export function jsonReadableSql(alias: string, name: string): Sql {
  const text = `${alias}.${name}::text`
  return raw(`(strpos(${text}, '\\u0000') = 0 AND strpos(${text}, '\\ud') = 0 AND strpos(${text}, '\\uD') = 0)`)
}

/** The agent's operating system: the column, or in the layout of 2019 what the environment or else the queue's name says. */
export function agentOsSql(v: Vintage, alias: string): Sql {
  if (v.agentOs) return column(alias, 'os')
  const readable = jsonReadableSql(alias, 'environment').sql
  return raw(
    `COALESCE(NULLIF(CASE WHEN ${readable} THEN ${alias}.environment->>'os' END, ''), split_part(${alias}.queueloc, '.', 1))`,
  )
}

/** The six counters as columns of these names; NULL in the layout of 2019, which has none. */
export function countersSql(v: Vintage, alias: string): Sql {
  return raw(COUNTERS.map((name) => (v.counters ? `${alias}.${name}` : `NULL::integer AS ${name}`)).join(', '))
}

/** actions.pgpsignatures as text: it is json, or varchar in the layout of 2019. */
export function pgpsignaturesSql(alias: string): Sql {
  return raw(`${alias}.pgpsignatures::text`)
}

/** The first text of actions.pgpsignatures, NULL where it is no list that begins with one; read as text in every layout. */
export function firstSignatureSql(alias: string): Sql {
  // The only escape that a signature's letters can come in is that of the slash.
  return raw(`replace(substring(${alias}.pgpsignatures::text from '^\\s*\\[\\s*"((?:[^"\\\\]|\\\\/)*)"'), '\\/', '/')`)
}

/** The armored key as text. Bytes that are not ASCII come out as octal escapes instead of failing the query. */
export function publickeySql(v: Vintage, alias: string): Sql {
  return v.publickey === 'bytea' ? raw(`encode(${alias}.publickey, 'escape')`) : column(alias, 'publickey')
}
