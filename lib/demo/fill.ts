import path from 'node:path'
import pg from 'pg'
import type { Micros } from './clock'
import { generateDemo } from './generate'
import { writeHistory } from './history'
import { insertDemo } from './insert'
import { FIRST_ADMIN_ID, makeKeys, makePeople, saveKeys } from './people'
import { Rng } from './rng'
import { Signer } from './sign'
import { refuseForeignSpool, writeSpool } from './spool'

export const DEMO_SEED = '2014'

const MIG_TABLES = [
  'actions',
  'agents',
  'commands',
  'investigators',
  'signatures',
  'modules',
  'agtmodreq',
  'invagtmodperm',
] as const
// Any number, but the same in all starters: two of them fill one after the other.
const LOCK = 7_209_402_014

export type FillOptions = {
  /** The owner's URL of a migrated database. */
  ownerUrl: string
  /** Where the spool and the demo people's keys go. */
  dataDir: string
  seed?: string
  now?: Micros
  log?: (line: string) => void
}

export type DemoCounts = Record<(typeof MIG_TABLES)[number] | 'spoolFiles', number>

/** Fills the embedded database with the demo unless it has been, and says what happened in a sentence. Throws as `fillDatabase`. */
export async function fillDemo(ownerUrl: string, dataDir: string): Promise<string> {
  const counts = await fillDatabase({ ownerUrl, dataDir })
  if (counts === null) return (await isLiving(ownerUrl)) ? 'filled before' : 'a data set, which stays as it is'
  return `${counts.agents} agents, ${counts.actions} actions, ${counts.commands} commands, ${counts.spoolFiles} spool files`
}

/**
 * Fills the demo in one transaction, marked last; null when it was filled before. Throws when the tables of MIG hold rows
 * without the demo's mark: then they are somebody's.
 */
export async function fillDatabase(options: FillOptions): Promise<DemoCounts | null> {
  const { ownerUrl, dataDir, seed = DEMO_SEED, log = () => {} } = options
  const client = new pg.Client({ connectionString: ownerUrl, options: '-c timezone=UTC -c synchronous_commit=on' })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query('BEGIN')
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK])
    if ((await client.query('SELECT FROM dashboard.demo')).rowCount !== 0) {
      // A demo of before there were roles has no admin.
      await grantAdmin(client)
      await client.query('COMMIT')
      return null
    }
    const spool = path.join(path.resolve(dataDir), 'spool')
    await refuseRows(client)
    await refuseForeignSpool(spool)
    const now = options.now ?? (await databaseNow(client))
    // The keys are made by other threads meanwhile.
    const making = makeKeys(makePeople(new Rng(seed).fork('people')), now)
    making.catch(() => {})
    const demo = generateDemo(seed, now)
    log(`made ${demo.agents.length} agents, ${demo.commands.length} commands`)
    const keys = await making
    await new Signer(keys).signAll(demo.actions)
    log(`signed ${demo.actions.length} actions`)
    await saveKeys(dataDir, keys)
    const counts = await insertDemo(client, demo, keys)
    log('inserted')
    await writeHistory(client, demo, seed, now)
    log('wrote the history')
    const spoolFiles = await writeSpool(spool, demo)
    log(`wrote ${spoolFiles} spool files`)
    await client.query('UPDATE dashboard.investigator_id SET last = greatest(last, $1)', [
      String(Math.max(...demo.people.map(({ id }) => Number(id)))),
    ])
    await grantAdmin(client)
    await client.query('ANALYZE dashboard.endpoint, dashboard.endpoint_span, dashboard.fleet_sample')
    await client.query(`ANALYZE ${MIG_TABLES.map((table) => `public.${table}`).join(', ')}`)
    await client.query('INSERT INTO dashboard.demo (seed, filled_at, spool) VALUES ($1, clock_timestamp(), $2)', [
      seed,
      spool,
    ])
    await client.query('COMMIT')
    return { ...(counts as DemoCounts), spoolFiles }
  } finally {
    await client.end()
  }
}

/** Whether the simulator goes on with what fills the database: it does with the demo, and not with a data set. */
export async function isLiving(ownerUrl: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: ownerUrl })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(`SELECT FROM dashboard.demo WHERE spool <> ''`)).rowCount !== 0
  } finally {
    await client.end()
  }
}

/** Makes the first person of the demo its admin, unless there is one. */
export async function grantAdmin(client: pg.ClientBase): Promise<void> {
  await client.query(
    `INSERT INTO dashboard.person (investigator_id, fingerprint, role)
     SELECT id, upper(pgpfingerprint), 'admin' FROM public.investigators WHERE id = $1
     AND NOT EXISTS (SELECT FROM dashboard.person WHERE role = 'admin')
     ON CONFLICT (investigator_id, fingerprint) DO NOTHING`,
    [FIRST_ADMIN_ID],
  )
}

async function refuseRows(client: pg.Client): Promise<void> {
  for (const table of MIG_TABLES) {
    const { rowCount } = await client.query(`SELECT FROM public.${table} LIMIT 1`)
    if (rowCount !== 0) {
      throw new Error(`The demo is not filled: table ${table} holds rows that the demo did not make.`)
    }
  }
}

async function databaseNow(client: pg.Client): Promise<Micros> {
  const { rows } = await client.query<{ now: string }>(
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now',
  )
  return Number(rows[0]?.now)
}
