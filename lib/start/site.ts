import { randomBytes } from 'node:crypto'
import { type Env, loadDotEnv, parseEnv } from '@/lib/env'
import { buildSite } from './build'
import { checkDataFolder, checkPort, keptActionsKey, lookAtSpool } from './checks'
import { keepDatabase } from './database'
import { generateClient } from './generate'
import { keep } from './keep'
import { type Lifetime, lifetime } from './lifetime'
import { endRunning } from './process'
import { Refusal } from './refusal'
import { address, answers, startServer } from './server'
import { keepSimulator } from './simulator'
import { say, step } from './steps'

const FIRST_ANSWER_MS = 60_000
const SERVER_GRACE_MS = 5_000

export type StartOptions = { dev: boolean }

/** Starts the whole site and keeps it running until Ctrl-C; a Refusal is printed as its sentence and ends the process. */
export async function startSite(root: string, options: StartOptions): Promise<void> {
  const life = lifetime()
  life.atEnd(endRunning)
  try {
    const env = readSettings(root)
    await bringUp(root, env, options, life)
  } catch (error) {
    if (life.ending) return
    console.error(isSentence(error) ? error.message : error)
    await life.end(error instanceof Refusal ? error.exitCode : 1)
  }
}

/** Builds what `npm start` would build, without a database and without a setting; for an image. */
export async function buildOnly(root: string): Promise<void> {
  const life = lifetime()
  life.atEnd(endRunning)
  try {
    await step('Database client', async (note) => note((await generateClient(root)) ? 'generated' : 'unchanged'))
    // The server is given its own key when it starts.
    const key = randomBytes(32).toString('base64')
    await step('Site', async (note) => note((await buildSite(root, key)) ? 'built' : 'unchanged since the last build'))
    await life.end(0)
  } catch (error) {
    if (life.ending) return
    console.error(isSentence(error) ? error.message : error)
    await life.end(1)
  }
}

// The launcher's own errors are sentences as well.
function isSentence(error: unknown): error is Error {
  return error instanceof Refusal || (error instanceof Error && error.name === 'EmbeddedDatabaseError')
}

function readSettings(root: string): Env {
  try {
    loadDotEnv(root)
  } catch (error) {
    throw new Refusal(
      `The file .env cannot be read (${(error as NodeJS.ErrnoException).code}): make it readable, or remove it.`,
    )
  }
  // Only we hand this on, to the server.
  delete process.env.EMBEDDED_DATABASE_URL
  const result = parseEnv(process.env, root)
  if (!result.ok) throw new Refusal(result.problems.join('\n'))
  return result.env
}

async function bringUp(root: string, env: Env, { dev }: StartOptions, life: Lifetime): Promise<void> {
  await checkPort(env.host, env.port)
  checkDataFolder(env.dbHome)
  const actionsKey = env.serverActionsKey ?? keptActionsKey(env.dbHome)

  await step('Database client', async (note) => note((await generateClient(root)) ? 'generated' : 'unchanged'))
  const database = await keepDatabase(env, life)
  if (env.migNow) console.log(`"Now" is fixed at ${env.migNow} (MIG_NOW)`)
  // Before the build: the demo's agents would seem lost on the first page if they were silent that long.
  if (database.ownerUrl() !== null && !env.migNow) keepSimulator(root, env, database, life)
  const spool = lookAtSpool(env.spoolDir)
  if (!dev)
    await step('Site', async (note) =>
      note((await buildSite(root, actionsKey)) ? 'built' : 'unchanged since the last build'),
    )
  await step('Spool', async (note) => note(await spool))
  if (life.ending) return

  await step('Server', async (note) => {
    const server = keep({
      start: () => startServer({ root, env, embeddedUrl: database.programUrl(), actionsKey, dev }),
      limit: 3,
      pauseMs: 500,
      graceMs: SERVER_GRACE_MS,
      onEnd: (how) => say(`The server ended (${how}); it is started again.`),
    })
    life.atEnd(() => server.stop())
    database.onNewAddress(() => void server.restart())
    const gaveUp = server.gaveUp.then((how) => {
      throw new Refusal(`The server ends at once, three times in a row (${how}): see its messages above.`)
    })
    gaveUp.catch((error: Refusal) => {
      if (life.ending) return
      console.error(error.message)
      void life.end(1)
    })
    if (!(await Promise.race([answers(env, FIRST_ANSWER_MS), gaveUp])))
      throw new Refusal('The server does not answer within a minute: see its messages above.')
    note('answers')
  })
  console.log(`MIG dashboard: ${address(env)}`)
}
