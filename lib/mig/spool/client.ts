import { type ChildProcess, fork } from 'node:child_process'
import path from 'node:path'
import type { SpoolAnswer, SpoolFailure } from './answer'
import { failure } from './failures'
import type { SpoolReplies, SpoolRequest } from './protocol'

// Leaves half a second for the page to be drawn: it says within 3 s that the spool does not answer.
const DEADLINE_MS = 2_500
const LONGEST_MS = 30_000
const MAX_DYING = 4
// A new worker on a busy machine may take long to load; killing it for that would only begin anew.
const START_MS = 15_000
// What the worker said while this process was busy lies in the pipe; timers come before it.
const GRACE_MS = 25

type Message =
  | { id: 0; type: 'ready' }
  | { id: number; type: 'progress'; seen: number }
  | { id: number; type: 'done'; value: unknown }
  | { id: number; type: 'refused'; reason: string; code?: string; facts?: SpoolFailure['facts'] & { cap?: number } }

type Pending = {
  id: number
  request: SpoolRequest
  sentAt: number
  tries: number
  settle(answer: SpoolAnswer<unknown>): void
}

type Worker = {
  child: ChildProcess
  pending: Map<number, Pending>
  startedAt: number
  lastHeard: number
  /** When it last got on with a request; to have started is not to. */
  lastProgress: number
  isReady: boolean
  timer: NodeJS.Timeout | null
}

export type SpoolClientOptions = {
  root: string
  /** How long the worker may be silent, in milliseconds. */
  deadlineMs?: number
  /** How long one request may take although the worker shows progress. */
  longestMs?: number
  /** For tests, `--by-path`: the worker walks as on systems without /proc; `--no-watch`: nobody reports changes to it. */
  workerArgs?: string[]
}

/** Asks a child process for everything that touches the spool, and replaces it when it does not answer. */
export class SpoolClient {
  readonly root: string
  private readonly deadlineMs: number
  private readonly longestMs: number
  private readonly workerArgs: string[]
  private worker: Worker | null = null
  private dying = 0
  private nextId = 1

  constructor(options: SpoolClientOptions) {
    this.root = options.root
    this.deadlineMs = options.deadlineMs ?? DEADLINE_MS
    this.longestMs = options.longestMs ?? LONGEST_MS
    this.workerArgs = options.workerArgs ?? []
  }

  /** The worker's process id, null while there is none. */
  get pid(): number | null {
    return this.worker?.child.pid ?? null
  }

  /** The worker's answer; never rejects: what goes wrong is a failure with a reason. */
  ask<C extends SpoolRequest['command']>(
    request: Extract<SpoolRequest, { command: C }>,
  ): Promise<SpoolAnswer<SpoolReplies[C]>> {
    return new Promise((settle) => {
      this.dispatch({
        id: this.nextId++,
        request,
        sentAt: performance.now(),
        tries: 0,
        settle: settle as Pending['settle'],
      })
    })
  }

  /** Ends the worker, and with it what is under way. */
  close(): void {
    if (this.worker) this.retire(this.worker, () => failure('broken'))
  }

  private dispatch(pending: Pending): void {
    const worker = this.worker ?? this.start()
    if (!worker) {
      pending.settle(failure('slow'))
      return
    }
    pending.tries++
    worker.pending.set(pending.id, pending)
    worker.child.ref()
    worker.child.channel?.ref()
    this.watch(worker)
    worker.child.send({ ...pending.request, id: pending.id, root: this.root }, (error) => {
      if (error) this.ended(worker)
    })
  }

  private start(): Worker | null {
    // Killed workers that the kernel cannot end yet (a mount that hangs) are counted, so that they cannot pile up.
    if (this.dying >= MAX_DYING) return null
    let child: ChildProcess
    try {
      child = fork(workerFile(), this.workerArgs, {
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        execArgv: ['--max-old-space-size=256'],
        // Nothing of the site's environment: it holds the database's password.
        env: { NODE_ENV: 'production' },
      })
    } catch {
      return null
    }
    const now = performance.now()
    const worker: Worker = {
      child,
      pending: new Map(),
      startedAt: now,
      lastHeard: now,
      lastProgress: Number.NEGATIVE_INFINITY,
      isReady: false,
      timer: null,
    }
    child.on('message', (message: Message) => this.receive(worker, message))
    child.on('error', () => this.ended(worker))
    child.on('exit', () => this.ended(worker))
    this.worker = worker
    return worker
  }

  private receive(worker: Worker, message: Message): void {
    worker.lastHeard = performance.now()
    worker.isReady = true
    if (message.type !== 'ready') worker.lastProgress = worker.lastHeard
    const pending = worker.pending.get(message.id)
    if (!pending || message.type === 'progress' || message.type === 'ready') return
    worker.pending.delete(message.id)
    pending.settle(
      message.type === 'done'
        ? { ok: true, value: message.value }
        : failure(message.reason, message.code, message.facts),
    )
    if (worker.pending.size === 0) this.rest(worker)
  }

  /** Without a request under way the worker does not keep its parent alive. */
  private rest(worker: Worker): void {
    if (worker.timer) clearTimeout(worker.timer)
    worker.timer = null
    worker.child.unref()
    worker.child.channel?.unref()
  }

  private watch(worker: Worker): void {
    if (worker.timer) return
    // What is asked again has waited already: a worker that merely started gives it no new time.
    const dueAt = ({ sentAt, tries }: Pending) =>
      Math.min(
        Math.max(sentAt, tries > 1 ? worker.lastProgress : worker.lastHeard) + this.deadlineMs,
        sentAt + this.longestMs,
      )
    const wait = () => {
      const due = Math.min(...[...worker.pending.values()].map(dueAt))
      worker.timer = setTimeout(look, Math.max(1, due - performance.now()))
    }
    const look = () => {
      worker.timer = setTimeout(judge, GRACE_MS)
    }
    const judge = () => {
      worker.timer = null
      if (worker !== this.worker || worker.pending.size === 0) return
      const now = performance.now()
      const late = [...worker.pending.values()].filter((pending) => dueAt(pending) <= now)
      const isHung = late.some(
        ({ sentAt, tries }) =>
          tries === 1 || now - worker.lastHeard >= this.deadlineMs || now - sentAt >= this.longestMs,
      )
      if (isHung && (worker.isReady || now - worker.startedAt >= START_MS)) {
        this.retire(worker, (pending) => (late.includes(pending) || pending.tries > 1 ? failure('slow') : null))
        return
      }
      for (const pending of late) {
        worker.pending.delete(pending.id)
        pending.settle(failure('slow'))
      }
      if (worker.pending.size > 0) wait()
      else this.rest(worker)
    }
    wait()
  }

  /** Kills a worker; requests that `verdict` does not fail are asked again of the next one. */
  private retire(worker: Worker, verdict: (pending: Pending) => SpoolFailure | null): void {
    if (this.worker === worker) this.worker = null
    const left = [...worker.pending.values()]
    worker.pending.clear()
    this.rest(worker)
    if (worker.child.exitCode === null && worker.child.signalCode === null && worker.child.pid !== undefined) {
      this.dying++
      worker.child.once('exit', () => this.dying--)
      worker.child.kill('SIGKILL')
    }
    for (const pending of left) {
      const failed = verdict(pending)
      if (failed) pending.settle(failed)
      else this.dispatch(pending)
    }
  }

  private ended(worker: Worker): void {
    if (this.worker !== worker) return
    this.retire(worker, (pending) => (pending.tries > 1 ? failure('broken') : null))
  }
}

function workerFile(): string {
  // The standalone server runs in its own folder, which holds the file at the same place.
  return path.join(/* turbopackIgnore: true */ process.cwd(), 'lib/mig/spool/worker.mjs')
}

const kept = globalThis as unknown as { migSpoolClients?: Map<string, SpoolClient> }

/** The process's one client of a spool directory; kept over hot reloads, so that workers do not pile up. */
export function spoolClient(root: string): SpoolClient {
  kept.migSpoolClients ??= new Map()
  let client = kept.migSpoolClients.get(root)
  if (!client) {
    client = new SpoolClient({ root })
    kept.migSpoolClients.set(root, client)
  }
  return client
}
