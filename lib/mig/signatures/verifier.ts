import { type ChildProcess, fork } from 'node:child_process'
import path from 'node:path'

/**
 * A text that may be the signed one. A search has one text for each moment of `from`, with the moment of the same place of
 * `until`; with `apart` also for moments at different places, `offset` being the nanoseconds between equal places.
 */
export type Candidate =
  | { kind: 'exact'; text: string }
  | {
      kind: 'search'
      head: string
      from: string[]
      middle: string
      until: string[]
      tail: string
      apart: { offset: number; limit: number } | null
    }

/** One signature with the texts and keys to try, in order. `hash` is Node's name; `keys` are armored and hold `keyId`. */
export type CheckRequest = {
  stream: Uint8Array
  hash: string
  isText: boolean
  trailer: Uint8Array
  left16: number
  keyId: string
  keys: string[]
  candidates: Candidate[]
}

/** `alike`: exact candidates whose digest begins as the signature says. `trouble`: what the library cannot check. */
export type CheckReply = {
  match: { candidate: number; key: number; from: number | null; until: number | null } | null
  alike: number[]
  trouble: string | null
}

/** Why there is no reply: too much work, too many others waiting, or the process ended. */
export type CheckFailure = 'slow' | 'busy' | 'broken'
export type CheckAnswer = { ok: true; reply: CheckReply } | { ok: false; why: CheckFailure }

type Waiting = { request: CheckRequest; settle(answer: CheckAnswer): void }
type Message = { type: 'ready' } | { type: 'done'; reply: CheckReply }
type Worker = { child: ChildProcess; isReady: boolean; current: Waiting | null; timer: NodeJS.Timeout | null }

export type VerifierOptions = {
  /** How long one check may take, in milliseconds. */
  deadlineMs?: number
  /** How many checks run at once. */
  workers?: number
  /** How many may wait. */
  queue?: number
  /** After how long without work a process ends, in milliseconds. */
  idleMs?: number
}

// A new process on a busy machine may take long to load.
const START_MS = 15_000
// What the process said while this one was busy lies in the pipe; timers come before it.
const GRACE_MS = 25

/** Checks signatures in child processes: a few at once, each with a time limit; a process that does not answer is killed. */
export class Verifier {
  private readonly options: Required<VerifierOptions>
  private readonly workers = new Set<Worker>()
  private readonly waiting: Waiting[] = []

  constructor(options: VerifierOptions = {}) {
    this.options = { deadlineMs: 5_000, workers: 2, queue: 64, idleMs: 120_000, ...options }
  }

  /** The processes that are there. */
  get pids(): number[] {
    return [...this.workers].flatMap(({ child }) => child.pid ?? [])
  }

  /** What the check found; never rejects. */
  check(request: CheckRequest): Promise<CheckAnswer> {
    if (this.waiting.length >= this.options.queue) return Promise.resolve({ ok: false, why: 'busy' })
    return new Promise((settle) => {
      this.waiting.push({ request, settle })
      this.next()
    })
  }

  /** Ends the processes, and with them what is under way. */
  close(): void {
    for (const worker of [...this.workers]) this.end(worker, 'broken')
  }

  private next(): void {
    while (this.waiting.length > 0) {
      const idle = [...this.workers].find((worker) => worker.current === null)
      const worker = idle ?? (this.workers.size < this.options.workers ? this.start() : null)
      if (!worker) {
        if (this.workers.size === 0)
          for (const { settle } of this.waiting.splice(0)) settle({ ok: false, why: 'broken' })
        return
      }
      this.give(worker, this.waiting.shift() as Waiting)
    }
  }

  private give(worker: Worker, waiting: Waiting): void {
    worker.current = waiting
    worker.child.ref()
    worker.child.channel?.ref()
    this.watch(worker, worker.isReady ? this.options.deadlineMs : START_MS)
    worker.child.send(waiting.request, (error) => {
      if (error) this.end(worker, 'broken')
    })
  }

  private watch(worker: Worker, ms: number): void {
    if (worker.timer) clearTimeout(worker.timer)
    worker.timer = setTimeout(() => {
      worker.timer = setTimeout(() => this.end(worker, 'slow'), GRACE_MS)
    }, ms)
  }

  private start(): Worker | null {
    let child: ChildProcess
    try {
      child = fork(workerFile(), [], {
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        execArgv: ['--max-old-space-size=256'],
        // Nothing of the site's environment: it holds the database's password.
        env: { NODE_ENV: 'production' },
      })
    } catch {
      return null
    }
    const worker: Worker = { child, isReady: false, current: null, timer: null }
    child.on('message', (message: Message) => this.receive(worker, message))
    child.on('error', () => this.end(worker, 'broken'))
    child.on('exit', () => this.end(worker, 'broken'))
    this.workers.add(worker)
    return worker
  }

  private receive(worker: Worker, message: Message): void {
    if (!this.workers.has(worker)) return
    if (message.type === 'ready') {
      worker.isReady = true
      if (worker.current) this.watch(worker, this.options.deadlineMs)
      return
    }
    const done = worker.current
    worker.current = null
    if (worker.timer) clearTimeout(worker.timer)
    // Without work a process keeps nobody alive, and ends after a while.
    worker.timer = setTimeout(() => this.end(worker, 'broken'), this.options.idleMs)
    worker.timer.unref()
    worker.child.unref()
    worker.child.channel?.unref()
    done?.settle({ ok: true, reply: message.reply })
    this.next()
  }

  private end(worker: Worker, why: CheckFailure): void {
    if (!this.workers.delete(worker)) return
    if (worker.timer) clearTimeout(worker.timer)
    worker.child.unref()
    worker.child.channel?.unref()
    worker.child.kill('SIGKILL')
    worker.current?.settle({ ok: false, why })
    this.next()
  }
}

function workerFile(): string {
  // The standalone server runs in its own folder, which holds the file at the same place.
  return path.join(/* turbopackIgnore: true */ process.cwd(), 'lib/mig/signatures/worker.mjs')
}

const kept = globalThis as unknown as { migVerifier?: Verifier }

/** The process's one verifier; kept over hot reloads, so that workers do not pile up. */
export function verifier(): Verifier {
  kept.migVerifier ??= new Verifier()
  return kept.migVerifier
}
