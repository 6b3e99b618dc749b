import { type ChildProcess, fork } from 'node:child_process'
import path from 'node:path'
import type { EntryKind, SpoolAnswer, SpoolFailure } from './answer'
import { failure } from './failures'

// Leaves half a second for the page to be drawn: it says within 3 s that the spool does not answer.
const DEADLINE_MS = 2_500
const LONGEST_MS = 30_000
const MAX_DYING = 4
// A new worker on a busy machine may take long to load; killing it for that would only begin anew.
const START_MS = 15_000
// What the worker said while this process was busy lies in the pipe; timers come before it.
const GRACE_MS = 25

/** Which names a list is of: all of it must fit. Texts are latin1; moments are Unix seconds. */
export type NameMatch = {
  contains?: string
  prefix?: string
  /** A number in the name is one of these, or the same double as `rounded`. */
  ids?: string[]
  rounded?: number
  madeBefore?: number
  madeAfter?: number
}

export type ContentMatch = { action?: string; agent?: string; status?: string; broken?: boolean }

/** What a list may be in order of; the last two are known from the background scan only. */
export type SpoolOrder = 'file' | 'moment' | 'modified' | 'bytes'

export type SpoolRequest =
  | { command: 'root' }
  | { command: 'survey'; kind: string; state: string }
  | {
      command: 'list'
      kind: string
      state: string
      size: number
      order?: SpoolOrder
      descending?: boolean
      /** Names as latin1 text: the page begins behind, or ends before; with the row's key in orders that have one. */
      after?: string
      afterKey?: number
      before?: string
      beforeKey?: number
      match?: NameMatch
      /** Bounds that the background scan knows: bytes, and milliseconds of the last writing. */
      minBytes?: number
      maxBytes?: number
      writtenBefore?: number
      writtenAfter?: number
      /** Looks into a bounded number of files. */
      content?: ContentMatch
      /** Keeps the scan that the list is made of; `scan` is one that was kept. */
      hold?: boolean
      scan?: number
      /** Names only: nothing is looked at, up to 50,000 of them. */
      bare?: boolean
    }
  | { command: 'stat'; kind: string; state: string; names: string[] }
  | { command: 'overdue'; kind: string; state: string; before: number; limit: number }
  | { command: 'tally'; kind: string; state: string; ids: string[] }
  | { command: 'peek'; kind: string; state: string; names: string[] }
  | { command: 'scan'; edges: number[] }
  /** Tells of changes of `file`, too, where the system does not report them. */
  | { command: 'token'; file?: { kind: string; state: string; name: string } }
  | { command: 'read'; kind: string; state: string; name: string; cap: number }

export type FileFacts = { size: number; mtimeNs: bigint; mode: number; links: number }
/** `key` is the place in an order other than by name, null without one. */
export type Entry = { name: string; kind: EntryKind; key: number | null } & (
  | FileFacts
  | { [K in keyof FileFacts]: null }
)

type PeekedId = { digits: string; exact: boolean }

/** What a file says in short; `broken` is a file that MIG cannot use. */
export type PeekedFile = {
  state: 'read' | 'broken' | 'too-big' | 'unread'
  id: PeekedId | null
  actionId: PeekedId | null
  name: string | null
  agent: string | null
  status: string | null
  signature: string | null
  mtimeNs: bigint | null
}

/** What the background scan found in one state; `older` are the files written before each of the edges asked for. */
export type ScannedState = {
  kind: string
  state: string
  /** Unix milliseconds of its end by this machine's clock, and how long it took. */
  at: number
  took: number
  files: number
  bytes: number
  isCut: boolean
  older: number[]
  oldest: number | null
  newest: number | null
}

export type SpoolReplies = {
  root: { besides: string[]; besidesCount: number }
  survey: {
    files: number
    others: number
    strangers: number
    strangerNames: string[]
    extremes: string[]
    stamped: { count: number; names: string[] }
  }
  list: {
    total: number
    matching: number
    preceding: number
    rows: Entry[]
    /** When the background scan saw the files, if the list is made of it. */
    scannedAt: number | null
    /** The background scan keeps so many files and no more: the list is not of all. */
    isCut: boolean
    /** The number under which the scan is kept. */
    scan: number | null
    /** How far a look into files went; `unread` of them are too big or may not be read, `next` is where to go on. */
    looked: { from: number; files: number; unread: number; next: { name: string; key: number | null } | null } | null
  }
  stat: { rows: Entry[] }
  overdue: { total: number; looked: number; overdue: number; oldest: bigint | null }
  tally: { counts: { id: string; files: number }[] }
  peek: { rows: { name: string; facts: PeekedFile | null }[] }
  scan: { states: ScannedState[]; running: { state: string; seen: number } | null }
  token: { token: string }
  read: FileFacts & { bytes: Uint8Array; changed: boolean }
}

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
