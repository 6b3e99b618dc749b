import { type ChildProcess, execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { accessSync, chownSync, constants, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { bareEnvironment } from '@/lib/db/embedded-binaries'
import { account } from '@/lib/db/embedded-folder'
import { PROGRAM_ROLE } from '@/lib/db/roles'
import { setupDatabase } from '@/lib/db/setup'
import { fillDatabase } from '@/lib/demo/fill'
import { run } from './database'
import { ended, postgresArgs, startProgram, until } from './processes'
import { freePort, startSiteForTests, type TestSite, temporaryDataDir } from './site'

// Two instances behind nginx, a PostgreSQL primary with a streaming standby, and PgBouncer in transaction mode before both:
// from what Debian's packages postgresql, pgbouncer and nginx install, on loopback, in a folder of its own.

type Tools = { postgres: string; pgbouncer: string; nginx: string }

/** Where the programs are, or a sentence that names those that are not installed. */
export function findTools(): { ok: true; tools: Tools } | { ok: false; missing: string } {
  const debian = '/usr/lib/postgresql'
  const versions = readdirOf(debian).sort((a, b) => Number(b) - Number(a))
  const folders = [
    ...versions.map((version) => path.join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
    '/usr/sbin',
  ]
  const find = (...names: string[]) =>
    folders.find((folder) => folder !== '' && names.every((name) => isProgram(path.join(folder, name))))
  const postgres = find('initdb', 'postgres', 'pg_basebackup')
  const [pgbouncer, nginx] = [find('pgbouncer'), find('nginx')]
  const missing = [
    !postgres && 'PostgreSQL (initdb, postgres, pg_basebackup)',
    !pgbouncer && 'PgBouncer',
    !nginx && 'nginx',
  ].filter(Boolean)
  if (!postgres || !pgbouncer || !nginx) return { ok: false, missing: `Not installed: ${missing.join(', ')}.` }
  return {
    ok: true,
    tools: { postgres, pgbouncer: path.join(pgbouncer, 'pgbouncer'), nginx: path.join(nginx, 'nginx') },
  }
}

function readdirOf(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export type TwoInstances = {
  /** The address that people open: nginx. */
  url: string
  dir: string
  instances: [TestSite, TestSite]
  primaryUrl: string
  standbyUrl: string
  /** The primary through PgBouncer, as the program's role. */
  poolerUrl: string
  killStandby(): Promise<void>
  startStandby(): Promise<void>
  /** Ends all processes by their ids, and removes the folder. */
  stop(): Promise<void>
}

/** Brings everything up with the demo's fleet; what has been started is stopped again when something fails. */
export async function startTwoInstances(tools: Tools, say: (line: string) => void = () => {}): Promise<TwoInstances> {
  const dir = temporaryDataDir()
  const stack = new Stack(dir, tools, say)
  try {
    return await stack.start()
  } catch (error) {
    await stack.stop()
    throw error
  }
}

class Stack {
  private readonly ends: (() => Promise<void>)[] = []
  private readonly password = randomBytes(18).toString('base64url')
  private standby: ChildProcess | undefined
  private readonly dir: string
  private readonly tools: Tools
  private readonly say: (line: string) => void

  constructor(dir: string, tools: Tools, say: (line: string) => void) {
    this.dir = dir
    this.tools = tools
    this.say = say
  }

  async start(): Promise<TwoInstances> {
    const [primary, standby, pooler, nginx, one, two] = await ports(6)
    const [primaryUrl, standbyUrl] = [this.ownerUrl(primary), this.ownerUrl(standby)]
    await this.startPrimary(primary)
    const prepared = await setupDatabase(primaryUrl, { role: PROGRAM_ROLE })
    await fillDatabase({ ownerUrl: primaryUrl, dataDir: this.dir })
    this.say(`PostgreSQL    primary at 127.0.0.1:${primary}, filled with the demo`)
    await this.makeStandby(primary)
    const startStandby = () => this.startStandby(standby, standbyUrl)
    await startStandby()
    this.ends.push(() => ended(this.standby, 'SIGINT'))
    this.say(`PostgreSQL    standby at 127.0.0.1:${standby}, streaming`)

    const program = new URL(prepared.programUrl ?? '')
    await this.startPooler(pooler, { mig: primary, mig_read: standby }, decodeURIComponent(program.password))
    const through = (database: string) => {
      const url = new URL(program.href)
      url.port = String(pooler)
      url.pathname = `/${database}`
      return url.href
    }
    const poolerUrl = through('mig')
    await until('PgBouncer', () => run(poolerUrl, 'SELECT 1'))
    this.say(`PgBouncer     127.0.0.1:${pooler}, transaction mode, before both`)

    await this.startNginx(nginx, [one, two])
    const url = `http://127.0.0.1:${nginx}`
    const settings = {
      DATABASE_URL: poolerUrl,
      DATABASE_READ_URL: through('mig_read'),
      APP_URL: url,
      TRUSTED_PROXIES: '127.0.0.1',
      MIG_SPOOL_DIR: path.join(this.dir, 'spool'),
      NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    }
    const start = async (port: number, name: string) => {
      const site = await startSiteForTests({ ...settings, PORT: String(port), DB_HOME: path.join(this.dir, name) })
      this.ends.push(() => site.stop())
      this.say(`Instance      ${site.url} (process ${site.pid})`)
      return site
    }
    const instances: [TestSite, TestSite] = [await start(one, 'one'), await start(two, 'two')]
    this.say(`nginx         ${url}`)
    return {
      url,
      dir: this.dir,
      instances,
      primaryUrl,
      standbyUrl,
      poolerUrl,
      killStandby: () => ended(this.standby, 'SIGQUIT'),
      startStandby,
      stop: () => this.stop(),
    }
  }

  async stop(): Promise<void> {
    for (const end of this.ends.splice(0).reverse()) await end()
    rmSync(this.dir, { recursive: true, force: true })
  }

  private ownerUrl(port: number): string {
    return `postgresql://postgres:${this.password}@127.0.0.1:${port}/mig`
  }

  private spawn(name: string, file: string, args: string[], asRoot = false): ChildProcess {
    return startProgram(file, args, path.join(this.dir, `${name}.log`), asRoot)
  }

  private folder(name: string): string {
    const made = path.join(this.dir, name)
    mkdirSync(made, { mode: 0o700 })
    const owner = account()
    if (owner) chownSync(made, owner.uid, owner.gid)
    return made
  }

  private async startPrimary(port: number): Promise<void> {
    const data = this.folder('primary')
    const secret = path.join(data, '..', 'password')
    writeFileSync(secret, this.password, { mode: 0o600 })
    const owner = account()
    if (owner) chownSync(secret, owner.uid, owner.gid)
    const options = { ...owner, cwd: '/', env: bareEnvironment(), stdio: 'pipe' as const }
    const args = [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      `--pwfile=${secret}`,
      '-E',
      'UTF8',
      '--locale=C',
      '--no-sync',
    ]
    execFileSync(path.join(this.tools.postgres, 'initdb'), args, options)
    const server = this.spawn('primary', path.join(this.tools.postgres, 'postgres'), postgresArgs(data, port))
    this.ends.push(() => ended(server, 'SIGINT'))
    const admin = this.ownerUrl(port).replace(/mig$/, 'postgres')
    await until('PostgreSQL', () => run(admin, 'SELECT 1'))
    await run(admin, 'CREATE DATABASE mig')
  }

  private async makeStandby(primary: number): Promise<void> {
    const data = this.folder('standby')
    const from = `host=127.0.0.1 port=${primary} user=postgres password=${this.password}`
    execFileSync(
      path.join(this.tools.postgres, 'pg_basebackup'),
      ['-D', data, '-d', from, '-R', '-X', 'stream', '-c', 'fast', '--no-sync'],
      { ...account(), cwd: '/', env: bareEnvironment(), stdio: 'pipe' },
    )
  }

  private async startStandby(port: number, url: string): Promise<void> {
    const args = postgresArgs(path.join(this.dir, 'standby'), port, { hot_standby_feedback: 'on' })
    this.standby = this.spawn('standby', path.join(this.tools.postgres, 'postgres'), args)
    await until('The standby', () => run(url, 'SELECT 1'), this.standby)
  }

  private async startPooler(port: number, databases: Record<string, number>, password: string): Promise<void> {
    const folder = this.folder('pgbouncer')
    const users = path.join(folder, 'users.txt')
    const file = path.join(folder, 'pgbouncer.ini')
    writeFileSync(users, `"${PROGRAM_ROLE}" "${password}"\n`)
    writeFileSync(
      file,
      `[databases]
${Object.entries(databases)
  .map(([name, at]) => `${name} = host=127.0.0.1 port=${at} dbname=mig`)
  .join('\n')}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
default_pool_size = 10
server_login_retry = 1
`,
    )
    const owner = account()
    if (owner) for (const one of [users, file]) chownSync(one, owner.uid, owner.gid)
    const pooler = this.spawn('pgbouncer', this.tools.pgbouncer, [file])
    this.ends.push(() => ended(pooler, 'SIGTERM'))
  }

  private async startNginx(port: number, instances: number[]): Promise<void> {
    const folder = path.join(this.dir, 'nginx')
    mkdirSync(folder)
    const file = path.join(folder, 'nginx.conf')
    writeFileSync(
      file,
      `daemon off;
master_process off;
pid ${folder}/pid;
error_log ${folder}/error.log;
events {}
http {
  access_log off;
${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `  ${name}_temp_path ${folder}/${name};`).join('\n')}
  upstream dashboard {
${instances.map((at) => `    server 127.0.0.1:${at} max_fails=1 fail_timeout=2s;`).join('\n')}
  }
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 9m;
    location / {
      proxy_pass http://dashboard;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_buffering off;
      proxy_read_timeout 10m;
      add_header X-Instance $upstream_addr always;
    }
  }
}
`,
    )
    const nginx = this.spawn('nginx', this.tools.nginx, ['-p', folder, '-c', file, '-e', `${folder}/error.log`], true)
    this.ends.push(() => ended(nginx, 'SIGTERM'))
  }
}

async function ports(
  count: number,
): Promise<number[] & { 0: number; 1: number; 2: number; 3: number; 4: number; 5: number }> {
  const found = new Set<number>()
  while (found.size < count) found.add(await freePort())
  return [...found] as never
}
