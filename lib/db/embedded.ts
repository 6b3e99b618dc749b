import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { migrate } from '@/lib/db/migrate'
import { PROGRAM_ROLE, rolesSql } from '@/lib/db/roles'
import { detectVintage } from '@/lib/mig/vintage'
import { bareEnvironment, binaries, executable } from './embedded-binaries'
import {
  type Account,
  account,
  EmbeddedDatabaseError,
  embeddedFolder,
  prepareFolder,
  readText,
  root,
  secret,
} from './embedded-folder'
import { alive, answers, childExit, choosePort, goneByItself, stopServer } from './embedded-process'

// The default database: PostgreSQL 18 from the binaries that npm installs, listening on loopback TCP only.

export type Embedded = {
  /** The superuser's URL: the launcher's, never the program's. */
  ownerUrl: string
  /** The URL of the role `mig_dashboard`, which has exactly the grants of `rolesSql`. */
  programUrl: string
  port: number
  /** The server's process id. */
  pid: number
  /** False when the server was running already. */
  startedHere: boolean
  /** Shuts the server down, also when another process started it. */
  stop(): Promise<void>
  /** Settles when the server is gone, for whatever reason; does not keep the process alive. */
  exited: Promise<void>
}

export type EmbeddedOptions = {
  /** The data folder; the cluster lies in its folder `postgres`. */
  dir: string
  /** The ports it may take, both ends included; any free port without it. */
  ports?: { from: number; to: number } | null
  log?: (line: string) => void
  /** Settings for the server's command line, such as `fsync: 'off'` in tests. */
  settings?: Readonly<Record<string, string>>
}

const SUPERUSER = 'postgres'
const DATABASE = 'mig'
const START_LIMIT_MS = 60_000
const STALE_LOCK_MS = 120_000
const PARTIAL_LIMIT_MS = 5_000
const FURNISH_LOCK = 7_209_140_916
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

class Cluster {
  readonly base: string
  readonly data: string
  readonly lock: string
  readonly log: (line: string) => void
  private readonly options: EmbeddedOptions

  constructor(options: EmbeddedOptions) {
    this.options = options
    this.base = embeddedFolder(options.dir)
    this.data = path.join(this.base, 'data')
    this.lock = path.join(this.base, 'starting')
    this.log = options.log ?? (() => {})
  }

  url(port: number, as: 'owner' | 'program', database = DATABASE): string {
    const [user, password] =
      as === 'owner'
        ? [SUPERUSER, secret(this.base, 'password')]
        : [PROGRAM_ROLE, secret(this.base, 'program-password')]
    return `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`
  }

  /** The server that postmaster.pid speaks of, if it is there and ready for the program. */
  async running(as: 'owner' | 'program'): Promise<{ pid: number; port: number } | undefined> {
    const lines = readText(path.join(this.data, 'postmaster.pid'))?.split('\n')
    const pid = Number(lines?.[0])
    const port = Number(lines?.[3])
    if (!pid || !port || !alive(pid)) return undefined
    const ready = await answers(this.url(port, as, as === 'owner' ? 'postgres' : DATABASE))
    return ready ? { pid, port } : undefined
  }

  handle(pid: number, port: number, child?: ChildProcess): Embedded {
    const exited = child ? childExit(child) : goneByItself(pid, port)
    return {
      ownerUrl: this.url(port, 'owner'),
      programUrl: this.url(port, 'program'),
      port,
      pid,
      startedHere: child !== undefined,
      exited,
      stop: () => stopServer(this.data, pid, port),
    }
  }

  async takeLock(until: number): Promise<Embedded | undefined> {
    for (;;) {
      const found = await this.running('program')
      if (found) return this.handle(found.pid, found.port)
      try {
        const fd = openSync(this.lock, 'wx', 0o600)
        writeFileSync(fd, String(process.pid))
        closeSync(fd)
        return undefined
      } catch (e) {
        if ((e as NodeJS.ErrnoException).code !== 'EEXIST') throw e
      }
      this.dropStaleLock()
      if (Date.now() > until)
        throw new EmbeddedDatabaseError(
          `Another process has been starting the database in ${this.base} for a minute: end it, or remove ${this.lock}.`,
        )
      await sleep(100)
    }
  }

  // The lock of a killed process. Two starters that both find it stale may both pass: PostgreSQL's own lock file
  // then lets one server run, and initdb works in a folder of its own.
  private dropStaleLock(): void {
    try {
      const holder = Number(readText(this.lock))
      const age = Date.now() - statSync(this.lock).mtimeMs
      if (age > STALE_LOCK_MS || (holder > 0 && !alive(holder)) || (!(holder > 0) && age > 2_000))
        rmSync(this.lock, { force: true })
    } catch {
      // Gone meanwhile.
    }
  }

  initialise(native: string, run: Account | undefined): void {
    for (const name of readdirSync(this.base)) if (/^(data\.new|initdb-password)\./.test(name)) this.dropPartial(name)
    if (existsSync(path.join(this.data, 'PG_VERSION'))) return
    const started = Date.now()
    const password = path.join(this.base, `initdb-password.${process.pid}`)
    const fresh = path.join(this.base, `data.new.${process.pid}`)
    try {
      mkdirSync(fresh, { mode: 0o700 })
      writeFileSync(password, `${secret(this.base, 'password')}\n`, { mode: 0o600 })
      if (run) for (const p of [fresh, password]) chownSync(p, run.uid, run.gid)
      const args = ['-D', fresh, '-U', SUPERUSER, '-A', 'scram-sha-256', `--pwfile=${password}`, '-E', 'UTF8']
      args.push('--locale-provider=builtin', '--locale=C.UTF-8', '--no-instructions')
      if (this.options.settings?.fsync === 'off') args.push('--no-sync')
      const done = spawnSync(executable(native, 'initdb'), args, {
        ...run,
        cwd: root ? '/' : this.base,
        env: bareEnvironment(),
        encoding: 'utf8',
      })
      if (done.status !== 0) throw new EmbeddedDatabaseError(whyNot('initdb', done.error?.message ?? done.stderr ?? ''))
      rmSync(this.data, { recursive: true, force: true })
      // In one step, so that a kill in the middle leaves no half of a cluster under the final name.
      renameSync(fresh, this.data)
    } finally {
      rmSync(password, { force: true })
      rmSync(fresh, { recursive: true, force: true })
    }
    this.log(`made a new cluster in ${this.data} (${Date.now() - started} ms)`)
  }

  // A killed starter's initdb may still be filling its folder: once that is gone it fails. What cannot be removed
  // is in nobody's way, and the next start tries again.
  private dropPartial(name: string): void {
    if (alive(Number(name.split('.').pop()))) return
    for (const until = Date.now() + PARTIAL_LIMIT_MS; Date.now() < until; pause(50)) {
      try {
        rmSync(path.join(this.base, name), { recursive: true, force: true })
        return
      } catch {
        // Filled meanwhile.
      }
    }
  }

  async launch(native: string, run: Account | undefined, until: number): Promise<Embedded> {
    const logFile = path.join(this.base, 'postgres.log')
    for (let attempt = 0; ; attempt++) {
      const port = await choosePort(this.base, this.options.ports, this.log)
      const settings: Record<string, string> = {
        listen_addresses: '127.0.0.1',
        // No socket file: one inside the project breaks the build's scan of sources.
        unix_socket_directories: '',
        timezone: 'UTC',
        log_timezone: 'UTC',
        ...this.options.settings,
      }
      const args = ['-D', this.data, '-p', String(port)]
      for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`)
      const output = openSync(logFile, 'w', 0o600)
      const child = spawn(executable(native, 'postgres'), args, {
        ...run,
        cwd: root ? '/' : this.base,
        env: bareEnvironment(),
        detached: true,
        stdio: ['ignore', output, output],
      })
      closeSync(output)
      let ended = false
      const exit = childExit(child).then(() => {
        ended = true
      })
      child.unref()
      while (!ended && Date.now() < until && !(await answers(this.url(port, 'owner', 'postgres')))) {
        await Promise.race([exit, sleep(50)])
      }
      if (!ended && child.pid !== undefined && Date.now() < until) {
        writeFileSync(path.join(this.base, 'port'), `${port}\n`)
        return this.handle(child.pid, port, child)
      }
      const said = readText(logFile) ?? ''
      // A killed server may still own its lock file or its memory for some seconds; a port may be lost to another program.
      if (ended && attempt < 30 && /postmaster\.pid|shared memory|could not bind|Address already in use/.test(said)) {
        await sleep(500)
        continue
      }
      if (!ended) child.kill('SIGQUIT')
      throw new EmbeddedDatabaseError(whyNot('PostgreSQL', said))
    }
  }

  /** Database, migrations, role and grants: each made if missing, so that an interrupted first start is completed by the next. */
  async furnish(port: number): Promise<void> {
    const owner = this.url(port, 'owner')
    await withClient(this.url(port, 'owner', 'postgres'), async (client) => {
      const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE])
      if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(DATABASE)}`)
    })
    const applied = await migrate(owner)
    if (applied.length > 0) this.log(`applied ${applied.join(', ')}`)
    await withClient(owner, async (client) => {
      const password = client.escapeLiteral(secret(this.base, 'program-password'))
      // Several starters attach at once, and two grants on one table at the same moment fail.
      await client.query('BEGIN')
      await client.query('SELECT pg_advisory_xact_lock($1)', [FURNISH_LOCK])
      await client.query(rolesSql(await detectVintage(client), { role: PROGRAM_ROLE }))
      await client.query(`ALTER ROLE ${client.escapeIdentifier(PROGRAM_ROLE)} PASSWORD ${password}`)
      await client.query('COMMIT')
    })
  }
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end().catch(() => {})
  }
}

function whyNot(what: string, said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '')
  return `${what} of the embedded database did not start:\n${lines.slice(-12).join('\n')}`
}

/**
 * Starts the private PostgreSQL cluster of a data folder, or attaches to the one that runs there already;
 * its database is migrated and the program's role has its grants. Throws EmbeddedDatabaseError with a sentence.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const cluster = new Cluster(options)
  const run = account()
  prepareFolder(cluster.base)
  const until = Date.now() + START_LIMIT_MS
  const attached = await cluster.takeLock(until)
  if (attached) {
    await cluster.furnish(attached.port)
    return attached
  }
  try {
    const half = await cluster.running('owner')
    let started: Embedded
    if (half) started = cluster.handle(half.pid, half.port)
    else {
      const native = binaries(cluster.base, run)
      cluster.initialise(native, run)
      started = await cluster.launch(native, run, until)
      cluster.log(`PostgreSQL listens on 127.0.0.1:${started.port} (process ${started.pid})`)
    }
    try {
      await cluster.furnish(started.port)
    } catch (e) {
      if (started.startedHere) await started.stop()
      throw e
    }
    return started
  } finally {
    rmSync(cluster.lock, { force: true })
  }
}

/** Shuts down the cluster of a data folder if it runs; does nothing otherwise. */
export async function stopEmbedded(dir: string): Promise<void> {
  const data = path.join(embeddedFolder(dir), 'data')
  const lines = readText(path.join(data, 'postmaster.pid'))?.split('\n')
  const [pid, port] = [Number(lines?.[0]), Number(lines?.[3])]
  if (pid && port) await stopServer(data, pid, port)
}
