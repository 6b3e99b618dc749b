import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { runDataSet } from '@/lib/data-set/cli'
import { type Embedded, startEmbedded } from '@/lib/db/embedded'
import { makeIndexes } from '@/lib/db/indexes'
import { type Instant, instantFromPostgres, parseRfc3339 } from '@/lib/mig/wire/time'
import { startSiteForTests, type TestSite } from '@/lib/testing/site'
import { LOG_SETTINGS } from './sql-log'

/** PostgreSQL as it comes, and as a machine of its own would be set up (docs/operating.md). */
export const SETTINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'default settings': {},
  'tuned settings': {
    shared_buffers: '4GB',
    effective_cache_size: '14GB',
    work_mem: '64MB',
    maintenance_work_mem: '512MB',
    random_page_cost: '1.1',
    effective_io_concurrency: '200',
    jit: 'off',
  },
}

const MOMENT = 'mig_now'

export type Bench = {
  dir: string
  settings: Readonly<Record<string, string>>
  running: Embedded
  migNow: Instant
}

/** Starts the database of a folder; makes its data set with all indexes when there is none. Throws when it cannot be made. */
export async function openBench(
  dir: string,
  size: string,
  tuning: Readonly<Record<string, string>>,
  say: (line: string) => void,
): Promise<Bench> {
  const settings = { ...LOG_SETTINGS, ...tuning }
  const start = () => startEmbedded({ dir, settings })
  let running = await start()
  if (!(await isFilled(running))) {
    await running.stop()
    const now = new Date().toISOString()
    const code = await runDataSet(['--size', size, '--now', now], {
      out: say,
      err: say,
      environment: { ...process.env, DATABASE_URL: '', DB_HOME: dir },
    })
    if (code !== 0) throw new Error('The data set was not made.')
    writeFileSync(path.join(dir, MOMENT), now)
    running = await start()
    await makeIndexes(running.ownerUrl, { onBegin: ({ name }) => say(`index ${name}`) })
    await asOwner(running, (owner) => owner.query('VACUUM (ANALYZE)'))
  }
  return { dir, settings, running, migNow: readMoment(dir) }
}

/** Stops the database and starts it again at the same address. */
export async function restart(bench: Bench): Promise<void> {
  const { dir, settings, running } = bench
  await running.stop()
  bench.running = await startEmbedded({ dir, settings, ports: { from: running.port, to: running.port } })
}

// The moment of the data is not in the data; the data set tells it when it is made.
function readMoment(dir: string): Instant {
  const text = readFileSync(path.join(dir, MOMENT), 'utf8').trim()
  const moment = parseRfc3339(text) ?? instantFromPostgres(text)
  if (moment === null) throw new Error(`${MOMENT} in the folder of the data set does not hold the moment of its data.`)
  return moment
}

async function isFilled(running: Embedded): Promise<boolean> {
  return asOwner(running, async (owner) => {
    const { rowCount } = await owner.query('SELECT FROM public.agents LIMIT 1')
    return rowCount === 1
  })
}

/** Uses a connection of the database's owner. */
export async function asOwner<T>({ ownerUrl }: Embedded, use: (owner: pg.Client) => Promise<T>): Promise<T> {
  const owner = new pg.Client({ connectionString: ownerUrl })
  owner.on('error', () => {})
  await owner.connect()
  try {
    return await use(owner)
  } finally {
    await owner.end()
  }
}

/** Starts the production build on that database. */
export function startBenchSite({ dir, running, migNow }: Bench): Promise<TestSite> {
  return startSiteForTests({
    DATABASE_URL: running.programUrl,
    DB_HOME: dir,
    MIG_SPOOL_DIR: path.join(dir, 'spool'),
    MIG_NOW: migNow,
  })
}

/** The process of the web server below its starter; the starter itself where /proc does not tell. */
export function serverProcess({ pid }: TestSite): number {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
    return Number(children.at(-1)) || pid
  } catch {
    return pid
  }
}
