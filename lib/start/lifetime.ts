import { whenNpmIsGone } from './parent'
import { say } from './steps'

export type Lifetime = {
  readonly ending: boolean
  /** Registers what to do at the end; the last registered is done first. */
  atEnd(task: () => void | Promise<void>): void
  /** Does all of it once, and leaves the process with the code. */
  end(code: number): Promise<never>
}

/** The life of this process: Ctrl-C and SIGTERM end it in order, a second one at once. */
export function lifetime(): Lifetime {
  const tasks: (() => void | Promise<void>)[] = []
  let ending: Promise<never> | undefined

  const run = async (code: number): Promise<never> => {
    for (const task of tasks.reverse())
      try {
        await task()
      } catch (error) {
        say(error instanceof Error ? error.message : String(error))
      }
    process.exit(code)
  }
  const life: Lifetime = {
    get ending() {
      return ending !== undefined
    },
    atEnd(task) {
      tasks.push(task)
    },
    end(code) {
      ending ??= run(code)
      return ending
    },
  }
  const stop = () => {
    if (!ending) console.log('\nStopping …')
    void life.end(0)
  }
  whenNpmIsGone(stop)
  // `npm start | head`: nobody reads on, and the site goes on.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  process.on('uncaughtException', (error) => {
    console.error(error)
    void life.end(1)
  })
  let pressed = 0
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      // A terminal sends Ctrl-C to npm and to us, and npm hands it on: two within a moment are one.
      const now = Date.now()
      if (ending && now - pressed > 1_000) process.exit(1)
      pressed = now
      stop()
    })
  return life
}
