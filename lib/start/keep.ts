import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { endChild, ended } from './process'

/** A process that is started again when it ends. */
export type Kept = {
  /** Settles with what was said of its last end when it ended too often too soon; never for one without a limit. */
  gaveUp: Promise<string>
  /** Ends the process now; it is started again with whatever `start` then says. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export type KeepOptions = {
  start: () => ChildProcess
  /** After how many ends in a row, each within ten seconds of its start, to give up; never without it. */
  limit?: number
  /** The first pause before a new start in milliseconds; it doubles with each early end, up to a minute. */
  pauseMs: number
  graceMs: number
  onEnd?: (how: string) => void
}

const EARLY_MS = 10_000
const LONGEST_PAUSE_MS = 60_000

/** Starts a process and keeps it running until stop(). */
export function keep(options: KeepOptions): Kept {
  const stopping = new AbortController()
  let child: ChildProcess | undefined
  let wanted = false // an end that restart() asked for
  let giveUp: (how: string) => void = () => {}
  const gaveUp = new Promise<string>((resolve) => {
    giveUp = resolve
  })

  const loop = async () => {
    let early = 0
    while (!stopping.signal.aborted) {
      const started = Date.now()
      child = options.start()
      const how = await ended(child)
      if (stopping.signal.aborted) return
      if (wanted) {
        wanted = false
        continue
      }
      options.onEnd?.(how)
      early = Date.now() - started < EARLY_MS ? early + 1 : 0
      if (options.limit && early >= options.limit) return giveUp(how)
      const pause = Math.min(options.pauseMs * 2 ** early, LONGEST_PAUSE_MS)
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }
  const done = loop()

  return {
    gaveUp,
    async restart() {
      if (!child) return
      wanted = true
      await endChild(child, options.graceMs)
    },
    async stop() {
      stopping.abort()
      if (child) await endChild(child, options.graceMs)
      await done
    },
  }
}
