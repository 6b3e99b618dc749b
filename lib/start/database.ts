import { setTimeout as sleep } from 'node:timers/promises'
import type { Embedded } from '@/lib/db/embedded'
import type { Env } from '@/lib/env'
import type { Lifetime } from './lifetime'
import { Refusal } from './refusal'
import { say, step } from './steps'

/** The database that the site runs on, for as long as the starter lives. */
export type KeptDatabase = {
  /** The embedded database for the program's role; null with DATABASE_URL. */
  programUrl(): string | null
  /** The embedded database for its owner; null with DATABASE_URL. */
  ownerUrl(): string | null
  /** Whether the simulator keeps what is in it alive. */
  living: boolean
  /** Called when the embedded database came back at another address than before. */
  onNewAddress(call: () => void): void
}

const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 5_000

/** Prepares the database of DATABASE_URL, or starts the embedded one, fills it the first time and keeps it running. */
export async function keepDatabase(env: Env, life: Lifetime): Promise<KeptDatabase> {
  if (env.databaseUrl !== null) {
    await prepareForeign(env.databaseUrl, env.databaseReadUrl)
    return { programUrl: () => null, ownerUrl: () => null, living: false, onNewAddress: () => {} }
  }
  return keepEmbedded(env, life)
}

async function prepareForeign(url: string, readUrl: string | null): Promise<void> {
  // Not at the top: it needs the generated client.
  const { prepareDatabase, withDatabase } = await import('@/lib/db/setup')
  const warnings = await step('Database', async (note) => {
    const prepared = await prepareDatabase(url)
    if (!prepared.ok) throw new Refusal(prepared.problem)
    note(`MIG's tables of vintage ${prepared.vintage.kind}`)
    return prepared.warnings
  })
  for (const warning of warnings) console.log(`  ${warning}`)
  if (readUrl && readUrl !== url)
    await step('Database for reads', async (note) => {
      // A standby may be away for a while; the site must start without it.
      await withDatabase(readUrl, async () => note('answers')).catch((error: Error) => note(error.message))
    })
}

async function keepEmbedded(env: Env, life: Lifetime): Promise<KeptDatabase> {
  const { startEmbedded } = await import('@/lib/db/embedded')
  const { fillDemo, isLiving } = await import('@/lib/demo/fill')

  const start = () => startEmbedded({ dir: env.dbHome, ports: env.dbPorts })

  let current: Promise<Embedded>
  const database = await step('Embedded PostgreSQL', async (note) => {
    current = start()
    life.atEnd(async () => (await current.catch(() => undefined))?.stop())
    const running = await current
    note(`127.0.0.1:${running.port}`)
    if (!running.startedHere) note('was running already')
    return running
  })
  await step('Demo fleet', async (note) => note(await fillDemo(database.ownerUrl, env.dbHome)))
  const living = await isLiving(database.ownerUrl)

  let latest = database
  let newAddress = () => {}
  const watch = async () => {
    for (let pause = FIRST_PAUSE_MS; !life.ending; ) {
      await latest.exited
      if (life.ending) return
      say('The database ended; it is started again.')
      try {
        current = start()
        const next = await current
        const moved = next.programUrl !== latest.programUrl
        latest = next
        pause = FIRST_PAUSE_MS
        say(`The database is back at 127.0.0.1:${next.port}.`)
        if (moved) newAddress()
      } catch (error) {
        say(error instanceof Error ? error.message : String(error))
        await sleep(pause)
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
      }
    }
  }
  void watch()
  return {
    programUrl: () => latest.programUrl,
    ownerUrl: () => latest.ownerUrl,
    living,
    onNewAddress(call) {
      newAddress = call
    },
  }
}
