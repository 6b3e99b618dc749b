import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Env, isLoopbackHost, loadDotEnv, parseEnv, SETTINGS } from '@/lib/env'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'mig-env-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const good = (record: Record<string, string>): Env => {
  const result = parseEnv(record, '/srv/dashboard')
  if (!result.ok) throw new Error(result.problem)
  return result.env
}
const problemsOf = (record: Record<string, string>): string[] => {
  const result = parseEnv(record, '/srv/dashboard')
  return result.ok ? [] : result.problems
}
const URL_ = 'postgresql://u:p@db.example/mig'

describe('defaults', () => {
  test('nothing set: the embedded database on loopback, MIG sample timings', () => {
    expect(good({})).toEqual({
      databaseUrl: null,
      databaseReadUrl: null,
      embedded: true,
      dbHome: '/srv/dashboard/.data',
      dbPorts: null,
      spoolDir: '/srv/dashboard/.data/spool',
      schedulerCfg: null,
      schedulerKeyId: null,
      heartbeatPeriod: 300_000,
      agentTimeout: 1_200_000,
      collectorPeriod: 60_000,
      spoolDeleteAfter: 259_200_000,
      migNow: null,
      appUrl: null,
      host: '127.0.0.1',
      port: 3000,
      loopback: true,
      trustedProxies: [],
      serverActionsKey: null,
      chromiumPath: null,
    })
  })

  test('an empty value is no value', () => {
    expect(good(Object.fromEntries(SETTINGS.map((name) => [name, ' '])))).toEqual(good({}))
  })

  test('with DATABASE_URL: its spool and its reads', () => {
    expect(good({ DATABASE_URL: URL_ })).toMatchObject({
      databaseUrl: URL_,
      databaseReadUrl: URL_,
      embedded: false,
      spoolDir: '/var/cache/mig',
    })
  })

  test('what the launcher hands on counts only without DATABASE_URL', () => {
    const handed = 'postgresql://mig_dashboard:x@127.0.0.1:5433/mig'
    expect(good({ EMBEDDED_DATABASE_URL: handed })).toMatchObject({
      databaseUrl: handed,
      databaseReadUrl: handed,
      embedded: true,
    })
    expect(good({ EMBEDDED_DATABASE_URL: handed, DATABASE_URL: URL_ })).toMatchObject({
      databaseUrl: URL_,
      embedded: false,
    })
  })

  test('relative paths are of the project', () => {
    expect(good({ DB_HOME: 'there', MIG_SPOOL_DIR: '../spool' })).toMatchObject({
      dbHome: '/srv/dashboard/there',
      spoolDir: '/srv/spool',
    })
    expect(good({ DB_HOME: 'there' }).spoolDir).toBe('/srv/dashboard/there/spool')
  })
})

describe('values that are taken', () => {
  test.each([
    ['postgres://u@h/mig'],
    ['postgresql://u:p%40ss%2F@h:5433/mig?sslmode=require'],
    ['postgresql://u@[::1]:5432/mig'],
    ['postgresql:///mig?host=/var/run/postgresql'],
  ])('DATABASE_URL %s', (url) => {
    expect(good({ DATABASE_URL: url }).databaseUrl).toBe(url)
  })

  test.each([
    ['2014-09-15T21:18:09.235444123+02:00', '2014-09-15T19:18:09.235444123Z'],
    ['2014-09-15 21:18:09.235444+00', '2014-09-15T21:18:09.235444Z'],
    ['2014-09-15 21:18:09+05:30', '2014-09-15T15:48:09Z'],
  ])('MIG_NOW %s', (text, instant) => {
    expect(good({ MIG_NOW: text }).migNow).toBe(instant)
  })

  test('timings in MIG notation', () => {
    expect(good({ HEARTBEAT_PERIOD: '1m30s', AGENT_TIMEOUT: '1.5h', SPOOL_DELETE_AFTER: '168h' })).toMatchObject({
      heartbeatPeriod: 90_000,
      agentTimeout: 5_400_000,
      spoolDeleteAfter: 604_800_000,
    })
  })

  test('APP_URL is kept as an origin and decides what is loopback', () => {
    expect(good({ APP_URL: 'https://MIG.example.net/', HOST: '0.0.0.0' })).toMatchObject({
      appUrl: 'https://mig.example.net',
      host: '0.0.0.0',
      loopback: false,
    })
    expect(good({ APP_URL: 'https://mig.example.net' }).loopback).toBe(false)
    expect(good({ APP_URL: 'http://localhost:8080' }).loopback).toBe(true)
    expect(good({ HOST: '[::1]' })).toMatchObject({ host: '::1', loopback: true })
  })

  test('lists, ranges and keys', () => {
    const key = Buffer.alloc(32, 7).toString('base64')
    expect(
      good({
        TRUSTED_PROXIES: '10.0.0.5, 10.1.0.0/16 fd00::/8',
        DB_PORTS: '5433-5439',
        NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: key,
      }),
    ).toMatchObject({
      trustedProxies: ['10.0.0.5', '10.1.0.0/16', 'fd00::/8'],
      dbPorts: { from: 5433, to: 5439 },
      serverActionsKey: key,
    })
    expect(good({ DB_PORTS: '5433' }).dbPorts).toEqual({ from: 5433, to: 5433 })
  })
})

describe('values that are refused, each with one sentence that says what to do', () => {
  test.each([
    ['DATABASE_URL', 'mysql://u:secret@h/mig', 'is not a PostgreSQL address'],
    ['DATABASE_URL', 'mig', 'is not a PostgreSQL address'],
    ['DATABASE_URL', 'postgresql://u:secret/x@h:54x32/mig', 'percent-encoded'],
    ['DATABASE_URL', 'postgresql://u:p@h:99999/mig', 'cannot be read'],
    ['DATABASE_URL', 'postgresql://u:secret@h', 'names no database'],
    ['DATABASE_URL', 'postgresql://u:secret@h/', 'names no database'],
    ['DATABASE_URL', 'postgresql://u@h/mig#secret', 'bare #'],
    ['DATABASE_URL', 'postgresql://u:secret%zz@h/mig', 'write a % of the password as %25'],
    ['DATABASE_URL', 'postgresql://u:secret@h1,h2/mig', 'several hosts'],
    ['MIG_SPOOL_DIR', 'a\0b', 'NUL'],
    ['MIG_SCHEDULER_CFG', '/nowhere/scheduler.cfg', 'is not there'],
    ['HEARTBEAT_PERIOD', '300', 'is no duration'],
    ['AGENT_TIMEOUT', '20 minutes', 'is no duration'],
    ['COLLECTOR_PERIOD', '0s', 'above zero'],
    ['SPOOL_DELETE_AFTER', '-72h', 'above zero'],
    ['SPOOL_DELETE_AFTER', '1000000h', 'below ten years'],
    ['MIG_NOW', 'yesterday', 'is no moment'],
    ['MIG_NOW', '2014-09-15 21:18:09', 'has no time zone'],
    ['MIG_NOW', '2014-02-30T00:00:00Z', 'is no moment'],
    ['MIG_NOW', '9998-01-11T11:11:11Z', 'not yet'],
    ['APP_URL', 'mig.example.net', 'no http or https address'],
    ['APP_URL', 'ftp://mig.example.net', 'no http or https address'],
    ['APP_URL', 'https://mig.example.net/dashboard', 'more than an origin'],
    ['APP_URL', 'https://me:secret@mig.example.net', 'user name or password'],
    ['HOST', '127.0.0.1:3000', 'without a port'],
    ['HOST', 'a b', 'HOST is'],
    ['HOST', '0.0.0.0', 'set APP_URL'],
    ['PORT', '0', 'from 1 to 65535'],
    ['PORT', '65536', 'from 1 to 65535'],
    ['PORT', '3000a', 'from 1 to 65535'],
    ['TRUSTED_PROXIES', 'proxy.example.net', 'addresses or ranges'],
    ['TRUSTED_PROXIES', '10.0.0.0/33', 'addresses or ranges'],
    ['TRUSTED_PROXIES', '10.0.0.0/8/8', 'addresses or ranges'],
    ['DB_PORTS', '5439-5433', 'lower port first'],
    ['DB_PORTS', '5433-5434-5435', 'one port or a range'],
    ['DB_PORTS', 'any', 'from 1 to 65535'],
    ['NEXT_SERVER_ACTIONS_ENCRYPTION_KEY', 'c2hvcnQ=', 'base64 of 32 bytes'],
  ])('%s=%s', (name, value, part) => {
    const problems = problemsOf({ [name]: value })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(name)
    expect(problems[0]).toContain(part)
    expect(problems[0]).not.toContain('\n')
    expect(problems[0]).not.toContain('secret')
    expect(problems[0]).toMatch(/[.]$/)
  })

  test('DATABASE_READ_URL alone', () => {
    expect(problemsOf({ DATABASE_READ_URL: URL_ })).toEqual([expect.stringContaining('DATABASE_URL is not')])
  })

  test('several at once are all told', () => {
    expect(problemsOf({ PORT: 'x', MIG_NOW: 'y', HEARTBEAT_PERIOD: 'z' })).toHaveLength(3)
  })

  test('an embedded sentence of a long value is cut', () => {
    expect(problemsOf({ HEARTBEAT_PERIOD: 'x'.repeat(5000) })[0]?.length).toBeLessThan(250)
  })
})

describe('MIG_SCHEDULER_CFG', () => {
  const cfg = (text: string) => {
    const file = path.join(dir, 'scheduler.cfg')
    writeFileSync(file, text)
    return file
  }

  test('timings and key id are read, passwords are nowhere', () => {
    const file = cfg(`
; the scheduler's sample
[agent]
    timeout = 30m ; comment
    heartbeatfreq = "2m"
[collector]
    freq = 30s
    deleteafter = 24h
[postgres]
    password = "hunter2"
[mq]
    pass = hunter3
    timeout = "10s"
[pgp]
    keyid = "e608928ce1bc6b98dc5fc8e5ee3b1e5c45a8d7b0"
    home = /etc/mig`)
    const env = good({ MIG_SCHEDULER_CFG: file })
    expect(env).toMatchObject({
      agentTimeout: 1_800_000,
      heartbeatPeriod: 120_000,
      collectorPeriod: 30_000,
      spoolDeleteAfter: 86_400_000,
      schedulerKeyId: 'E608928CE1BC6B98DC5FC8E5EE3B1E5C45A8D7B0',
      schedulerCfg: file,
    })
    expect(JSON.stringify(env)).not.toMatch(/hunter/)
  })

  test('the environment wins over the file, the file over the defaults', () => {
    const file = cfg('[agent]\ntimeout = 30m\nheartbeatfreq = 2m\n')
    expect(good({ MIG_SCHEDULER_CFG: file, AGENT_TIMEOUT: '1h' })).toMatchObject({
      agentTimeout: 3_600_000,
      heartbeatPeriod: 120_000,
      collectorPeriod: 60_000,
    })
  })

  test('the last versions keep the retention in [periodic]', () => {
    const file = cfg('[Collector]\nFreq = 1s\n[periodic]\nfreq = 87s\ndeleteafter = 360h\n')
    expect(good({ MIG_SCHEDULER_CFG: file })).toMatchObject({
      collectorPeriod: 1_000,
      spoolDeleteAfter: 1_296_000_000,
    })
  })

  test('a wrong timing in it names file, section and key', () => {
    const file = cfg('[agent]\ntimeout = soon\n')
    expect(problemsOf({ MIG_SCHEDULER_CFG: file })).toEqual([
      expect.stringContaining(`MIG_SCHEDULER_CFG: timeout in [agent] of ${file} is 'soon', which is no duration`),
    ])
  })
})

describe('.env', () => {
  test('fills in what the environment does not say', () => {
    writeFileSync(path.join(dir, '.env'), '# ours\nPORT=4000\nHOST="127.0.0.2"\nAPP_URL=http://localhost:4000 # why\n')
    const into: Record<string, string | undefined> = { PORT: '5000', HOST: '' }
    loadDotEnv(dir, into)
    expect(into).toEqual({ PORT: '5000', HOST: '', APP_URL: 'http://localhost:4000' })
  })

  test('a folder without it is fine', () => {
    const into = {}
    loadDotEnv(dir, into)
    expect(into).toEqual({})
  })

  test('.env.example names every setting once, commented, and its examples are good', () => {
    const text = readFileSync(path.resolve(import.meta.dirname, '../.env.example'), 'utf8')
    const named = [...text.matchAll(/^#?([A-Z_]+)=/gm)].map((match) => match[1])
    expect(named.toSorted()).toEqual([...SETTINGS].sort())
    writeFileSync(path.join(dir, '.env'), text.replaceAll(/^#(?=[A-Z_]+=)/gm, '').replace('/etc/mig/', `${dir}/`))
    writeFileSync(path.join(dir, 'scheduler.cfg'), '[agent]\ntimeout = 20m\n')
    const into: Record<string, string | undefined> = {}
    loadDotEnv(dir, into)
    expect(parseEnv(into, dir)).toMatchObject({ ok: true, env: { appUrl: 'https://mig.example.net', port: 3000 } })
    const none: Record<string, string | undefined> = {}
    writeFileSync(path.join(dir, '.env'), text)
    loadDotEnv(dir, none)
    expect(none).toEqual({})
  })
})

test.each([
  ['127.0.0.1', true],
  ['127.8.9.10', true],
  ['localhost', true],
  ['LOCALHOST', true],
  ['[::1]', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.1', false],
  ['127.0.0.1.example.net', false],
  ['localhost.example.net', false],
])('loopback: %s %s', (host, loopback) => {
  expect(isLoopbackHost(host)).toBe(loopback)
})
