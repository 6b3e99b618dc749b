import path from 'node:path'
import { parseArgs } from 'node:util'
import { DatabaseProblem } from '@/lib/db/setup'
import { pgTime } from '@/lib/demo/clock'
import { grantAdmin } from '@/lib/demo/fill'
import { saveKeys } from '@/lib/demo/people'
import { parseEnv } from '@/lib/env'
import { instantToNanos, parseRfc3339 } from '@/lib/mig/wire/time'
import { type DataSetCounts, type DataSetOptions, DataSetProblem, fillDataSet } from './fill'
import { SIZES } from './sizes'

const USAGE = `npm run data-set -- --size S|L|XL [--seed TEXT] [--spool DIR] [--url URL] [--now MOMENT]

Fills an empty MIG database with made-up rows, for measurements and for looking at pages with a large fleet: S has 10,000
agent rows and 100,000 commands, L a hundred times as many (10 GB, some minutes), XL 21,000,000 and 20,000,000.

With --url or DATABASE_URL, the URL of the tables' owner, it fills that database, which \`npm run mig-dashboard -- db setup\`
has prepared, and refuses one with rows. Without, it makes the embedded database of DB_HOME, with its spool, where
\`npm start\` then shows it:

  DB_HOME=/srv/data-l npm run data-set -- --size L
  DB_HOME=/srv/data-l npm run mig-dashboard -- db index
  DB_HOME=/srv/data-l MIG_NOW='…' npm start

  --size S|L|XL   how much
  --seed TEXT     the same seed and moment give the same rows (2014)
  --now MOMENT    the moment of the data, in RFC 3339 (the database's clock); heartbeats age from then on, and MIG_NOW, which
                  is printed at the end, stops that
  --spool DIR     write a spool into this empty folder; with the embedded database it is DB_HOME/spool
  --help          this text

The people's keys follow from the seed: let nobody but yourself reach a site with such a database.`

type Io = { out: (text: string) => void; err: (text: string) => void; environment: Record<string, string | undefined> }

/** Runs the generator's command line; returns the exit code: 0 filled, 1 not, 2 called wrongly. */
export async function runDataSet(argv: readonly string[], io: Io): Promise<number> {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        size: { type: 'string' },
        seed: { type: 'string', default: '2014' },
        spool: { type: 'string' },
        url: { type: 'string' },
        now: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help) {
      io.out(USAGE)
      return 0
    }
    const size = SIZES[values.size?.toUpperCase() ?? '']
    if (!size) throw new CalledWrongly(`--size takes one of ${Object.keys(SIZES).join(', ')}.`)
    const now = values.now === undefined ? undefined : readMoment(values.now)
    const parsed = parseEnv(values.url === undefined ? io.environment : { ...io.environment, DATABASE_URL: values.url })
    if (!parsed.ok) throw new CalledWrongly(parsed.problem)
    const from = io.environment.INIT_CWD ?? process.cwd()
    const spoolDir = values.spool === undefined ? undefined : path.resolve(from, values.spool)
    const options = { size, seed: values.seed, now, spoolDir, onStep: progress(io.out) }
    const { databaseUrl, embedded, dbHome, dbPorts } = parsed.env
    const counts =
      databaseUrl !== null && !embedded
        ? await fillDataSet({ ...options, ownerUrl: databaseUrl })
        : await fillEmbedded(options, dbHome, dbPorts)
    io.out(summary(counts))
    return 0
  } catch (error) {
    const wrong = error instanceof CalledWrongly || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
    const { EmbeddedDatabaseError } = await import('@/lib/db/embedded-folder')
    if (!wrong && ![DataSetProblem, DatabaseProblem, EmbeddedDatabaseError].some((known) => error instanceof known))
      throw error
    io.err((error as Error).message)
    if (wrong) io.err('`npm run data-set -- --help` lists the options.')
    return wrong ? 2 : 1
  }
}

class CalledWrongly extends Error {}

function readMoment(text: string): number {
  const instant = parseRfc3339(text)
  if (instant === null) throw new CalledWrongly('--now takes a moment such as 2026-11-22T09:30:00Z.')
  return Number(instantToNanos(instant) / 1000n)
}

type EmbeddedOptions = Omit<DataSetOptions, 'ownerUrl'>

async function fillEmbedded(
  options: EmbeddedOptions,
  dir: string,
  ports: { from: number; to: number } | null,
): Promise<DataSetCounts> {
  const { startEmbedded } = await import('@/lib/db/embedded')
  const spoolDir = options.spoolDir ?? path.join(dir, 'spool')
  const running = await startEmbedded({ dir, ports })
  try {
    return await fillDataSet({
      ...options,
      ownerUrl: running.ownerUrl,
      spoolDir,
      async finish(client, keys) {
        await grantAdmin(client)
        await saveKeys(dir, keys)
        // Marked, so that `npm start` takes it for its own; without the spool's path the simulator leaves it alone.
        await client.query(`INSERT INTO dashboard.demo (seed, filled_at, spool) VALUES ($1, clock_timestamp(), '')`, [
          `data set ${options.size.name}, seed ${options.seed}`,
        ])
      },
    })
  } finally {
    if (running.startedHere) await running.stop()
  }
}

const TELL_EVERY_MS = 5_000

/** Prints a line as each step begins, and where it stands every few seconds. */
function progress(out: (text: string) => void): NonNullable<DataSetOptions['onStep']> {
  const begun = performance.now()
  const clock = () => `${((performance.now() - begun) / 1000).toFixed(0).padStart(5)} s`
  const number = (n: number) => n.toLocaleString('en-US')
  return (what, total) => {
    out(`${clock()}  ${what}${total === undefined ? '' : `, ${number(total)}`}`)
    let told = performance.now()
    return (count) => {
      if (performance.now() - told < TELL_EVERY_MS) return
      told = performance.now()
      const share = total === undefined || total === 0 ? '' : ` (${Math.floor((count / total) * 100)} %)`
      out(`${clock()}    ${number(count)}${share}`)
    }
  }
}

function summary({ now, ...counts }: DataSetCounts): string {
  const lines = Object.entries(counts).map(([what, count]) => `${what.padEnd(16)}${count.toLocaleString('en-US')}`)
  return [
    '',
    ...lines,
    '',
    'The moment of the data, for the site that shows it later:',
    `MIG_NOW='${pgTime(now)}'`,
  ].join('\n')
}
