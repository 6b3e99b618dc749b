import { randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  DriverAdapterError,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils'
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg'
import pg from 'pg'

// Prisma's schema engine in its WASM build, over @prisma/adapter-pg: the native engine would have to be downloaded.

const PRISMA = path.join(import.meta.dirname, '../../prisma')
const SCHEMA_FILE = path.join(PRISMA, 'schema.prisma')
const MIGRATIONS = path.join(PRISMA, 'migrations')

// The catalogs' one-byte "char" type: the engine needs it, adapter-pg refuses it.
const CATALOG_CHAR = 18
const TEXT = 25
const SEARCH_PATH = 'dashboard,public'
const OPTIONS = `-c search_path=${SEARCH_PATH} -c timezone=UTC -c statement_timeout=0`
const charColumns = new WeakMap<object, number[]>()

// In the message of the script itself, and so in its transaction: the engine notes its end apart from it, and may be killed before.
const TOOK_EFFECT = `;DO $$ BEGIN IF to_regclass('dashboard._prisma_migrations') IS NOT NULL THEN
  UPDATE dashboard._prisma_migrations SET applied_steps_count = 1 WHERE finished_at IS NULL AND rolled_back_at IS NULL;
END IF; END $$`

class CatalogPool extends pg.Pool {
  // biome-ignore lint/suspicious/noExplicitAny: passes pg's own overloads through
  override async query(...args: any[]): Promise<any> {
    // biome-ignore lint/suspicious/noExplicitAny: passes pg's own overloads through
    const result = await (super.query as any)(...args)
    const found: number[] = []
    for (const [i, field] of (result?.fields ?? []).entries())
      if (field.dataTypeID === CATALOG_CHAR) {
        field.dataTypeID = TEXT
        found.push(i)
      }
    if (found.length > 0) charColumns.set(result.rows, found)
    return result
  }
}

// pg lets connectionString win over `database`, so the name must go into the URL itself:
// adapter-pg's own connectToShadowDb does not, and would run on the main database.
function onDatabase(url: string, database?: string): string {
  if (!database) return url
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}

function driverError(e: pg.DatabaseError): DriverAdapterError {
  return new DriverAdapterError({
    kind: 'postgres',
    code: e.code ?? 'XX000',
    severity: e.severity ?? 'ERROR',
    message: e.message,
    detail: e.detail,
    column: e.column,
    hint: e.hint,
    originalCode: e.code,
    originalMessage: e.message,
  } as never)
}

// A pooler that drops the path would have the engine's table made in "public". Asked here: the engine hides what its adapter throws.
async function refusePooler(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, options: OPTIONS, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  const sentence = 'migrations need a direct connection to PostgreSQL, and this address leads to a pooler'
  try {
    await client.connect()
    const { rows } = await client.query<{ search_path: string }>('SHOW search_path')
    if (rows[0]?.search_path !== SEARCH_PATH) throw new Error(sentence)
  } catch (error) {
    throw /startup parameter/.test((error as Error).message) ? new Error(sentence) : error
  } finally {
    await client.end().catch(() => {})
  }
}

function factory(url: string): SqlMigrationAwareDriverAdapterFactory {
  const open = async (database?: string) => {
    const pool = new CatalogPool({
      connectionString: onDatabase(url, database),
      max: 1,
      application_name: 'mig-dashboard migrations',
      // The engine creates its own table unqualified: it belongs into "dashboard".
      options: OPTIONS,
    })
    pool.on('error', () => {})
    const adapter = await new PrismaPg(pool, { disposeExternalPool: true }).connect()
    const queryRaw = adapter.queryRaw.bind(adapter)
    adapter.queryRaw = async (query) => {
      const result = await queryRaw(query)
      for (const i of charColumns.get(result.rows) ?? []) result.columnTypes[i] = ColumnTypeEnum.Character
      return result
    }
    // adapter-pg cuts scripts at every ";" (function bodies too) and so is not atomic; one simple-protocol message is.
    adapter.executeScript = async (script) => {
      try {
        await pool.query(`${script}\n${TOOK_EFFECT}`)
      } catch (cause) {
        throw driverError(cause as pg.DatabaseError)
      }
    }
    return adapter
  }
  return {
    provider: 'postgres',
    adapterName: 'mig-dashboard',
    connect: () => open(),
    async connectToShadowDb() {
      const admin = new pg.Client({ connectionString: url })
      await admin.connect()
      const database = `shadow_${randomUUID().replaceAll('-', '')}`
      await admin.query(`CREATE DATABASE ${database}`)
      const adapter = await open(database)
      await adapter.executeScript('CREATE SCHEMA dashboard')
      const dispose = adapter.dispose.bind(adapter)
      adapter.dispose = async () => {
        await dispose()
        await admin.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`)
        await admin.end()
      }
      return adapter
    },
  }
}

let wasmReady: Promise<void> | undefined
function loadWasm(): Promise<void> {
  wasmReady ??= (async () => {
    // The glue reports the engine's panics through this global; without it they show as an unrelated TypeError.
    ;(globalThis as Record<string, unknown>).PRISMA_WASM_PANIC_REGISTRY = {
      set_message: (message: string) => console.error(`schema engine: ${message}`),
    }
    const glueFile = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
    const wasm = await readFile(path.join(path.dirname(glueFile), 'schema_engine_bg.wasm'))
    const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': glue as never })
    glue.__wbg_set_wasm(instance.exports)
    ;(instance.exports.__wbindgen_start as () => void)()
  })()
  return wasmReady
}

const NO_FILTER = { externalTables: [], externalEnums: [] }

async function withEngine<T>(url: string, use: (engine: glue.SchemaEngine, schema: string) => Promise<T>): Promise<T> {
  await refusePooler(url)
  await loadWasm()
  const opened: { dispose(): Promise<void> }[] = []
  const inner = factory(url)
  const tracking: SqlMigrationAwareDriverAdapterFactory = {
    ...inner,
    connect: async () => {
      const adapter = await inner.connect()
      opened.push(adapter)
      return adapter
    },
  }
  const schema = await readFile(SCHEMA_FILE, 'utf8')
  const engine = await glue.SchemaEngine.new(
    { datamodels: [[SCHEMA_FILE, schema]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(tracking),
  )
  try {
    return await use(engine, schema)
  } finally {
    engine.free()
    for (const adapter of opened) await adapter.dispose()
  }
}

/** The migrations of this program in their order: name and SQL. */
export async function readMigrations(): Promise<{ name: string; sql: string }[]> {
  const entries = await readdir(MIGRATIONS, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return Promise.all(
    names
      .sort()
      .map(async (name) => ({ name, sql: await readFile(path.join(MIGRATIONS, name, 'migration.sql'), 'utf8') })),
  )
}

async function migrationsList() {
  return {
    baseDir: MIGRATIONS,
    lockfile: {
      path: 'migration_lock.toml',
      content: await readFile(path.join(MIGRATIONS, 'migration_lock.toml'), 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories: (await readMigrations()).map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: sql } },
    })),
  }
}

/** Applies what is not applied yet, in the schemas that exist; returns the names. Throws with the engine's own message. */
export function applyMigrations(url: string): Promise<string[]> {
  return withEngine(url, async (engine) => {
    const applied = await engine.applyMigrations({ migrationsList: await migrationsList(), filters: NO_FILTER })
    return applied.appliedMigrationNames
  })
}

/** Records a migration as applied without running it. */
export function markApplied(url: string, migrationName: string): Promise<void> {
  return withEngine(url, async (engine) => {
    await engine.markMigrationApplied({ migrationName, migrationsList: await migrationsList() })
  })
}

/** Lets a failed migration be tried again. */
export function markRolledBack(url: string, migrationName: string): Promise<void> {
  return withEngine(url, async (engine) => {
    await engine.markMigrationRolledBack({ migrationName })
  })
}

/** The statements that lead from the migrations (or the database at `url`) to schema.prisma; '' when they agree. */
export function differenceToSchema(url: string, from: 'migrations' | 'database'): Promise<string> {
  return withEngine(url, async (engine, schema) => {
    const files = [{ path: SCHEMA_FILE, content: schema }]
    const { exitCode, stdout } = await engine.diff({
      from:
        from === 'migrations'
          ? { tag: 'migrations', ...(await migrationsList()) }
          : { tag: 'schemaDatasource', files, configDir: path.dirname(PRISMA) },
      to: { tag: 'schemaDatamodel', files },
      script: true,
      exitCode: true,
      filters: NO_FILTER,
    } as never)
    return exitCode === 2 ? (stdout ?? '') : ''
  })
}
