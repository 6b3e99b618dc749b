import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@playwright/test'
import { withClient } from '@/lib/testing/database'
import { startSiteForTests, type TestSite, temporaryDataDir } from '@/lib/testing/site'
import { ownerUrl } from './database'
import { ADMIN, signInByForms } from './people'

// A site of its own: everything here is killed.
test.describe.configure({ mode: 'serial', timeout: 240_000 })

let dataDir: string
let site: TestSite
let everything: string
let cookie: string

test.beforeAll(async () => {
  test.setTimeout(240_000)
  dataDir = temporaryDataDir()
  site = await startSiteForTests({ DB_HOME: dataDir })
  cookie = await signInByForms(site.url, dataDir, ADMIN)
  everything = await actions()
})
test.afterAll(async () => {
  await site?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

const postmaster = () => readFileSync(path.join(dataDir, 'postgres/data/postmaster.pid'), 'utf8').split('\n')

// What a job counts beside them may be counted anew after any start.
const STORED = ['id', 'name', 'status', 'target', 'operations', 'pgpsignatures', 'starttime', 'finishtime', 'sentctr']

/** All actions as the database holds them. */
async function actions(): Promise<string> {
  const response = await fetch(`${site.url}/actions/export?format=ndjson`, { headers: { cookie } })
  expect(response.status).toBe(200)
  const rows = (await response.text()).trim().split('\n')
  expect(rows.length).toBeGreaterThan(100)
  return rows.map((row) => JSON.stringify(JSON.parse(row), STORED)).join('\n')
}

function descendants(pid: number): number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/).map(Number))
  const below = (parent: number): number[] =>
    rows.filter(([, ppid]) => ppid === parent).flatMap(([child = 0]) => [child, ...below(child)])
  return below(pid)
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return !/^\s*Z/.test(execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }))
  } catch {
    return false
  }
}

async function within(ms: number, good: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + ms
  while (!(await good().catch(() => false))) {
    expect(Date.now(), 'still not there').toBeLessThan(until)
    await sleep(100)
  }
}

test('a database that does not answer in time: a list says so, and is not taken for empty', async () => {
  const list = async () => (await fetch(`${site.url}/actions`, { headers: { cookie } })).text()
  await withClient(ownerUrl(dataDir), async (owner) => {
    await owner.query('BEGIN; LOCK TABLE public.actions IN ACCESS EXCLUSIVE MODE')
    const late = await list()
    expect(late.includes('The database took too long to answer')).toBe(true)
    expect(late).not.toContain('<tbody')
    await owner.query('ROLLBACK')
  })
  const answered = await list()
  expect(answered).not.toContain('The database took too long to answer')
  expect(answered.includes('<tbody')).toBe(true)
})

test('a killed database: pages say so, then it is back on its port without a restart of the site', async () => {
  const [pid, , , port] = postmaster()
  const servers = descendants(site.pid)
  // Held still, so that the pages are seen without a database.
  process.kill(site.pid, 'SIGSTOP')
  process.kill(Number(pid), 'SIGKILL')
  try {
    for (const page of ['/', '/actions', '/agents', '/commands']) {
      const response = await fetch(site.url + page, { headers: { cookie } })
      const html = await response.text()
      expect(html.includes('The database is away'), page).toBe(true)
      expect(/\bat [\w.]+ \(|node_modules|ECONNREFUSED/.exec(html)?.[0], page).toBeUndefined()
    }
    expect((await fetch(`${site.url}/healthz`)).status).toBe(503)
  } finally {
    process.kill(site.pid, 'SIGCONT')
  }
  await within(10_000, async () => (await fetch(`${site.url}/healthz`)).status === 200)
  expect((await actions()) === everything).toBe(true)
  const [newPid, , , newPort] = postmaster()
  expect(newPid).not.toBe(pid)
  expect(newPort).toBe(port)
  const survived = servers.filter((server) => isAlive(server))
  expect(survived.length).toBeGreaterThan(0)
})

test('a killed server is started again', async () => {
  const server = descendants(site.pid).find((pid) =>
    /next-server|server\.js/.test(execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })),
  )
  process.kill(server ?? 0, 'SIGKILL')
  await within(60_000, async () => (await fetch(`${site.url}/healthz`)).status === 200)
  expect((await actions()) === everything).toBe(true)
  expect(isAlive(site.pid)).toBe(true)
})

test('a killed starter takes its server along', async () => {
  const [database] = postmaster()
  const others = descendants(site.pid).filter((pid) => {
    const parents = execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    return pid !== Number(database) && parents !== database
  })
  process.kill(site.pid, 'SIGKILL')
  await within(10_000, async () => others.every((pid) => !isAlive(pid)))
  // The database lives on; the next start finds it.
  site = await startSiteForTests({ DB_HOME: dataDir })
  expect(site.output()).toContain('was running already')
  expect(postmaster()[0]).toBe(database)
})

test('everything killed at once: the next start has all data', async () => {
  const all = [site.pid, ...descendants(site.pid)]
  const { pid } = site
  const database = Number(postmaster()[0])
  for (const one of new Set([...all, database]))
    try {
      process.kill(one, 'SIGKILL')
    } catch {
      // Ended with its parent.
    }
  await within(10_000, async () => !isAlive(pid))
  const started = Date.now()
  site = await startSiteForTests({ DB_HOME: dataDir })
  expect((await actions()) === everything).toBe(true)
  test.info().annotations.push({ type: 'second start', description: `${Date.now() - started} ms` })
})

test('SIGTERM stops everything, the database too', async () => {
  const all = descendants(site.pid)
  const database = Number(postmaster()[0])
  await site.stop()
  await within(5_000, async () => [...all, database].every((pid) => !isAlive(pid)))
  expect(site.output()).toContain('Stopping …')
})
