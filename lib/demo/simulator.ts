import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { NotTheDemo, Simulation } from './simulation'

// The process that keeps the demo alive. It ends with its parent, on SIGTERM and SIGINT, and when the database stays away.

const TICK_MS = 4_000
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 4_000
// Then the database came back elsewhere, and the parent knows where.
const GIVE_UP_MS = 60_000

const stopping = new AbortController()
for (const event of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.once(event, () => stopping.abort())

process.exitCode = await main()
process.exit()

async function main(): Promise<number> {
  const { DEMO_DATABASE_URL: url, DEMO_DATA_DIR: dataDir, DEMO_SPEED = '1' } = process.env
  const speed = Number(DEMO_SPEED)
  if (!url || !dataDir || !(speed > 0)) {
    console.error('The simulator needs DEMO_DATABASE_URL and DEMO_DATA_DIR; DEMO_SPEED is a number above 0.')
    return 2
  }
  let reached = Date.now()
  for (let pause = FIRST_PAUSE_MS; !stopping.signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      await simulate(url, dataDir, speed, () => {
        reached = Date.now()
        pause = FIRST_PAUSE_MS
      })
    } catch (error) {
      if (error instanceof NotTheDemo) {
        console.error(error.message)
        return 3
      }
      console.error(`The simulator waits: ${error instanceof Error ? error.message : String(error)}`)
      if (Date.now() - reached > GIVE_UP_MS) return 1
    }
    await rest(pause)
  }
  return 0
}

async function simulate(url: string, dataDir: string, speed: number, onTick: () => void): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'mig-dashboard simulator',
    options: '-c timezone=UTC -c statement_timeout=20000',
    connectionTimeoutMillis: 5_000,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    const simulation = await Simulation.open(client, dataDir, speed)
    while (!stopping.signal.aborted) {
      await simulation.tick()
      onTick()
      await rest(Math.max(100, TICK_MS / speed))
    }
  } finally {
    await client.end().catch(() => {})
  }
}

async function rest(milliseconds: number): Promise<void> {
  await sleep(milliseconds, undefined, { signal: stopping.signal }).catch(() => {})
}
