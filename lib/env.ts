import { readFileSync } from 'node:fs'
import { BlockList, isIP } from 'node:net'
import path from 'node:path'
import { parseEnv as parseDotEnv } from 'node:util'
import { parseGoDuration } from '@/lib/mig/wire/duration'
import { type Instant, instantFromPostgres, isNotYet, parseRfc3339 } from '@/lib/mig/wire/time'

/** The settings of one process, checked; all paths are absolute, all periods are milliseconds. */
export type Env = {
  /** DATABASE_URL, or with the embedded database the address that the launcher handed on; null before it is up. */
  databaseUrl: string | null
  /** Where pages and exports read; the same as databaseUrl without DATABASE_READ_URL. */
  databaseReadUrl: string | null
  /** True without DATABASE_URL: the database is the one that our launcher keeps in dbHome. */
  embedded: boolean
  dbHome: string
  dbPorts: { from: number; to: number } | null
  spoolDir: string
  /** The scheduler's configuration file, when one was named. */
  schedulerCfg: string | null
  /** The scheduler's own key id from that file: 8 to 40 hex digits, upper case. */
  schedulerKeyId: string | null
  heartbeatPeriod: number
  agentTimeout: number
  collectorPeriod: number
  spoolDeleteAfter: number
  /** The fixed moment to take as "now" in questions about MIG's data. */
  migNow: Instant | null
  /** Origin that people open, without a path: 'https://mig.example.net'. */
  appUrl: string | null
  host: string
  port: number
  /** True when HOST is a loopback address or name, and APP_URL too if there is one. */
  loopback: boolean
  /** Addresses and CIDR ranges whose forwarding headers are believed. */
  trustedProxies: string[]
  serverActionsKey: string | null
  /** A browser for the tests; only they look whether it is there. */
  chromiumPath: string | null
}

export type EnvResult = { ok: true; env: Env } | { ok: false; problem: string; problems: string[] }

/** The variables that `.env.example` documents; CHROMIUM_PATH is for the tests only. */
export const SETTINGS = [
  'DATABASE_URL',
  'DATABASE_READ_URL',
  'MIG_SPOOL_DIR',
  'MIG_SCHEDULER_CFG',
  'HEARTBEAT_PERIOD',
  'AGENT_TIMEOUT',
  'COLLECTOR_PERIOD',
  'SPOOL_DELETE_AFTER',
  'MIG_NOW',
  'APP_URL',
  'HOST',
  'PORT',
  'TRUSTED_PROXIES',
  'DB_HOME',
  'DB_PORTS',
  'CHROMIUM_PATH',
  'NEXT_SERVER_ACTIONS_ENCRYPTION_KEY',
] as const

type Timings = Record<'HEARTBEAT_PERIOD' | 'AGENT_TIMEOUT' | 'COLLECTOR_PERIOD' | 'SPOOL_DELETE_AFTER', string>
type Scheduler = { timings: Partial<Timings>; keyId?: string }

const DEFAULT_TIMINGS: Timings = {
  HEARTBEAT_PERIOD: '5m',
  AGENT_TIMEOUT: '20m',
  COLLECTOR_PERIOD: '60s',
  SPOOL_DELETE_AFTER: '72h',
}
const LONGEST_PERIOD = 10 * 366 * 86_400_000

class Wrong extends Error {}
const quoted = (value: string) => `'${value.length > 60 ? `${value.slice(0, 60)}…` : value}'`

/** True for the names and addresses that only this machine can reach: 127.0.0.0/8, ::1, localhost. */
export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'))
}

/** Returns the settings, or one sentence for each wrong value that says what to write instead; never throws. */
export function parseEnv(
  record: Record<string, string | undefined>,
  cwd = /* turbopackIgnore: true */ process.cwd(),
): EnvResult {
  const problems: string[] = []
  const text = (name: string) => record[name]?.trim() || null
  const read = <T>(name: string, parse: (value: string) => T): T | null => {
    const value = text(name)
    if (value === null) return null
    try {
      return parse(value)
    } catch (error) {
      if (!(error instanceof Wrong)) throw error
      problems.push(error.message)
      return null
    }
  }
  const folder = (name: string) => read(name, (value) => absolutePath(name, value, cwd))

  const databaseUrl = read('DATABASE_URL', (value) => postgresUrl('DATABASE_URL', value))
  const databaseReadUrl = read('DATABASE_READ_URL', (value) => postgresUrl('DATABASE_READ_URL', value))
  const embedded = text('DATABASE_URL') === null
  if (embedded && databaseReadUrl)
    problems.push('DATABASE_READ_URL is set but DATABASE_URL is not: set both, or neither for the embedded database.')
  const handedOn = embedded ? text('EMBEDDED_DATABASE_URL') : null

  const dbHome = folder('DB_HOME') ?? path.join(/* turbopackIgnore: true */ cwd, '.data')
  const schedulerCfg = folder('MIG_SCHEDULER_CFG')
  const scheduler: Scheduler = (schedulerCfg && read('MIG_SCHEDULER_CFG', () => readScheduler(schedulerCfg))) || {
    timings: {},
  }
  const period = (name: keyof Timings) =>
    read(name, (value) => duration(name, value)) ?? duration(name, scheduler.timings[name] ?? DEFAULT_TIMINGS[name])

  const appUrl = read('APP_URL', parseAppUrl)
  const host = read('HOST', parseHost) ?? '127.0.0.1'
  const port = read('PORT', (value) => portNumber('PORT', value)) ?? 3000
  if (!isLoopbackHost(host) && text('APP_URL') === null)
    problems.push(
      `HOST ${quoted(host)} is open to other machines: set APP_URL to the address that people open, for example https://mig.example.net.`,
    )

  const env: Env = {
    databaseUrl: databaseUrl ?? handedOn,
    databaseReadUrl: databaseReadUrl ?? databaseUrl ?? handedOn,
    embedded,
    dbHome,
    dbPorts: read('DB_PORTS', parsePorts),
    spoolDir:
      folder('MIG_SPOOL_DIR') ?? (embedded ? path.join(/* turbopackIgnore: true */ dbHome, 'spool') : '/var/cache/mig'),
    schedulerCfg,
    schedulerKeyId: scheduler.keyId ?? null,
    heartbeatPeriod: period('HEARTBEAT_PERIOD'),
    agentTimeout: period('AGENT_TIMEOUT'),
    collectorPeriod: period('COLLECTOR_PERIOD'),
    spoolDeleteAfter: period('SPOOL_DELETE_AFTER'),
    migNow: read('MIG_NOW', parseMigNow),
    appUrl,
    host,
    port,
    loopback: isLoopbackHost(host) && (appUrl === null || isLoopbackHost(new URL(appUrl).hostname)),
    trustedProxies: read('TRUSTED_PROXIES', parseProxies) ?? [],
    serverActionsKey: read('NEXT_SERVER_ACTIONS_ENCRYPTION_KEY', parseActionsKey),
    chromiumPath: text('CHROMIUM_PATH'),
  }
  const [problem] = problems
  return problem === undefined ? { ok: true, env } : { ok: false, problem, problems }
}

let checked: Env | undefined

/** Returns the settings of this process, read once from its environment; throws the sentence of the first wrong value. */
export function env(): Env {
  if (!checked) {
    const result = parseEnv(process.env)
    if (!result.ok) throw new Error(result.problem)
    checked = result.env
  }
  return checked
}

/** Sets what the file `.env` of a folder says and the environment does not; an empty value in the environment counts as said. */
export function loadDotEnv(dir: string, into: Record<string, string | undefined> = process.env): void {
  let text: string
  try {
    text = readFileSync(path.join(/* turbopackIgnore: true */ dir, '.env'), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  for (const [name, value] of Object.entries(parseDotEnv(text))) into[name] ??= value
}

function postgresUrl(name: string, value: string): string {
  // The value is never repeated: it may hold a password.
  const example = 'postgresql://mig_dashboard:PASSWORD@127.0.0.1:5432/mig'
  if (!/^postgres(ql)?:\/\//i.test(value))
    throw new Wrong(`${name} is not a PostgreSQL address: write it as ${example}.`)
  if (!URL.canParse(value))
    throw new Wrong(
      `${name} cannot be read as an address: write it as ${example}, with @ : / # ? % in the password percent-encoded.`,
    )
  const url = new URL(value)
  if (url.hash)
    throw new Wrong(`${name} holds a bare #, which cuts the address there: write it as %23 (a # of the password too).`)
  if (url.hostname.includes(','))
    throw new Wrong(`${name} names several hosts: name one, or a pooler in front of them.`)
  for (const part of [url.username, url.password, url.pathname])
    try {
      decodeURIComponent(part)
    } catch {
      throw new Wrong(`${name} holds a % that is not an escape: write a % of the password as %25.`)
    }
  if (url.pathname.length < 2) throw new Wrong(`${name} names no database: add its name at the end, as in ${example}.`)
  return value
}

function absolutePath(name: string, value: string, cwd: string): string {
  if (value.includes('\0')) throw new Wrong(`${name} holds a NUL character: write a path.`)
  return path.resolve(/* turbopackIgnore: true */ cwd, value)
}

function duration(name: string, value: string): number {
  const ms = parseGoDuration(value)
  if (ms === null)
    throw new Wrong(
      `${name} is ${quoted(value)}, which is no duration: write it as MIG does, for example 90s, 5m or 72h.`,
    )
  if (ms <= 0 || ms > LONGEST_PERIOD)
    throw new Wrong(`${name} is ${quoted(value)}: write a duration above zero and below ten years, for example 5m.`)
  return ms
}

function portNumber(name: string, value: string): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : 0
  if (port < 1 || port > 65_535) throw new Wrong(`${name} is ${quoted(value)}: write a port number from 1 to 65535.`)
  return port
}

function parsePorts(value: string): { from: number; to: number } {
  const [from, to, more] = value.split('-').map((part) => part.trim())
  if (from === undefined || more !== undefined)
    throw new Wrong(`DB_PORTS is ${quoted(value)}: write one port or a range, for example 5433 or 5433-5439.`)
  const range = { from: portNumber('DB_PORTS', from), to: portNumber('DB_PORTS', to ?? from) }
  if (range.to < range.from) throw new Wrong(`DB_PORTS is ${quoted(value)}: write the lower port first.`)
  return range
}

function parseMigNow(value: string): Instant {
  const hint = 'write it as 2014-09-15T21:18:09Z, or as PostgreSQL prints it: 2014-09-15 21:18:09.235444+00'
  const instant = parseRfc3339(value) ?? instantFromPostgres(value)
  if (instant === null) {
    const bare = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(value)
    throw new Wrong(`MIG_NOW is ${quoted(value)}, which ${bare ? 'has no time zone' : 'is no moment'}: ${hint}.`)
  }
  if (isNotYet(instant)) throw new Wrong(`MIG_NOW is ${quoted(value)}, which MIG uses for "not yet": ${hint}.`)
  return instant
}

function parseAppUrl(value: string): string {
  const wrong = (why: string) =>
    new Wrong(
      `APP_URL is ${quoted(value)}, ${why}: write scheme, host and port only, for example https://mig.example.net.`,
    )
  if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) throw wrong('which is no http or https address')
  const url = new URL(value)
  if (url.username || url.password) throw new Wrong('APP_URL holds a user name or password: write it without.')
  if (url.pathname !== '/' || url.search || url.hash) throw wrong('which has more than an origin')
  return url.origin
}

function parseHost(value: string): string {
  const host = value.replace(/^\[(.*)\]$/, '$1')
  if (isIP(host) || /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(host)) return host
  throw new Wrong(
    `HOST is ${quoted(value)}: write an address or name to listen on, for example 127.0.0.1, without a port.`,
  )
}

function parseProxies(value: string): string[] {
  const list = value.split(/[\s,]+/).filter(Boolean)
  for (const entry of list) {
    const [address = '', bits, more] = entry.split('/')
    const family = isIP(address)
    try {
      if (!family || more !== undefined || (bits !== undefined && !/^\d{1,3}$/.test(bits))) throw new Error(entry)
      if (bits !== undefined) new BlockList().addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6')
    } catch {
      throw new Wrong(
        `TRUSTED_PROXIES holds ${quoted(entry)}: write addresses or ranges with commas between, for example 10.0.0.5, 10.1.0.0/16.`,
      )
    }
  }
  return list
}

function parseActionsKey(value: string): string {
  const length = /^[A-Za-z0-9+/]+={0,2}$/.test(value) ? Buffer.from(value, 'base64').length : 0
  if (![16, 24, 32].includes(length))
    throw new Wrong(
      'NEXT_SERVER_ACTIONS_ENCRYPTION_KEY is not the base64 of 32 bytes: make one with `openssl rand -base64 32`.',
    )
  return value
}

/** Reads only the timings and the key id; everything else of the file, passwords above all, is dropped line by line. */
function readScheduler(file: string): Scheduler {
  let text: string
  try {
    text = readFileSync(/* turbopackIgnore: true */ file, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const why =
      code === 'ENOENT' ? 'is not there' : code === 'EACCES' ? 'may not be read by this account' : 'cannot be read'
    throw new Wrong(
      `MIG_SCHEDULER_CFG: the file ${file} ${why}: name the scheduler's configuration file, or leave it out.`,
    )
  }
  const wanted: Record<string, keyof Timings | 'keyid'> = {
    'collector freq': 'COLLECTOR_PERIOD',
    'collector deleteafter': 'SPOOL_DELETE_AFTER',
    // MIG's last versions moved the retention here
    'periodic deleteafter': 'SPOOL_DELETE_AFTER',
    'agent timeout': 'AGENT_TIMEOUT',
    'agent heartbeatfreq': 'HEARTBEAT_PERIOD',
    'pgp keyid': 'keyid',
  }
  const scheduler: Scheduler = { timings: {} }
  let section = ''
  for (const line of text.split(/\r?\n/)) {
    const head = /^\s*\[\s*([^\]\s"]+)/.exec(line)
    if (head?.[1]) section = head[1].toLowerCase()
    const pair = /^\s*([A-Za-z][\w-]*)\s*=\s*(?:"([^"]*)"|([^#;]*))/.exec(line)
    const key = pair?.[1] && wanted[`${section} ${pair[1].toLowerCase()}`]
    if (!key) continue
    const value = (pair[2] ?? pair[3] ?? '').trim()
    if (value === '') continue
    if (key === 'keyid') scheduler.keyId = keyId(file, value)
    else {
      duration(`MIG_SCHEDULER_CFG: ${pair[1]} in [${section}] of ${file}`, value)
      scheduler.timings[key] = value
    }
  }
  return scheduler
}

function keyId(file: string, value: string): string {
  const digits = value.replace(/^0x/i, '')
  if (!/^[0-9a-f]{8,40}$/i.test(digits))
    throw new Wrong(
      `MIG_SCHEDULER_CFG: keyid in [pgp] of ${file} is no key id: it is 40 hex digits in MIG's own sample.`,
    )
  return digits.toUpperCase()
}
