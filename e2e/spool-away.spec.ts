import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { tries } from '@/lib/testing/long'
import { startSiteForTests, type TestSite, temporaryDataDir } from '@/lib/testing/site'
import { CHURNED, churn, OUTSIDE } from '@/lib/testing/spool-churn'
import { ADMIN, signInByForms } from './people'

// A site of its own: its spool is taken away and turned over.
test.describe.configure({ mode: 'serial', timeout: 300_000 })

let dataDir: string
let site: TestSite
let cookie: string

test.beforeAll(async () => {
  test.setTimeout(300_000)
  dataDir = temporaryDataDir()
  site = await startSiteForTests({ DB_HOME: dataDir })
  cookie = await signInByForms(site.url, dataDir, ADMIN)
})
test.afterAll(async () => {
  await site?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

async function get(at: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`${site.url}${at}`, { headers: { cookie } })
  // A download breaks off when its directory is swapped for a link under it.
  const text = await response.text().catch(() => '')
  return { status: response.status, text }
}

/** The spool's child processes of this site. */
function spoolWorkers(): number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((row) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row))
    .map((found) => ({ pid: Number(found?.[1]), parent: Number(found?.[2]), args: found?.[3] ?? '' }))
  const below = (parent: number): number[] =>
    rows.filter((row) => row.parent === parent).flatMap(({ pid }) => [pid, ...below(pid)])
  const own = new Set(below(site.pid))
  return rows.filter(({ pid, args }) => own.has(pid) && args.includes('spool/worker.mjs')).map(({ pid }) => pid)
}

test('a spool that hangs is said, and holds up nothing else', async () => {
  const healthy = await get('/spool/command/returned')
  expect(healthy.text).toContain('Files of command/returned')
  for (const page of ['/spool', '/spool/command/returned', '/spool/find?q=6059408362783470592']) {
    expect((await get(page)).text).not.toContain('does not answer')
    const workers = spoolWorkers()
    expect(workers).not.toEqual([])
    for (const pid of workers) process.kill(pid, 'SIGSTOP')
    const order: string[] = []
    const note = async (name: string, answer: ReturnType<typeof get>) => {
      const got = await answer
      order.push(name)
      return got
    }
    const hanging = note('spool', get(page))
    const [health, actions] = await Promise.all([note('health', get('/healthz')), note('actions', get('/actions'))])
    const said = await hanging
    expect([health.status, actions.status, said.status]).toEqual([200, 200, 200])
    expect(said.text).toContain('does not answer')
    expect(order.at(-1)).toBe('spool')
    await expect.poll(async () => (await get(page)).text, { timeout: 20_000 }).not.toContain('does not answer')
  }
})

test('no page and no download of a spool that changes under them fails or leaks', async () => {
  const end = await churn(path.join(dataDir, 'spool'), path.join(dataDir, 'outside'))
  const statuses = new Map<string, number>()
  try {
    const until = Date.now() + tries({ short: 8, long: 60 }) * 1_000
    for (let round = 0; Date.now() < until || round < 8; round++) {
      const name = CHURNED[(round * 7) % CHURNED.length]
      const query = ['', '?sort=-modified', '?sort=bytes', '?broken=1', '?agent=inside'][round % 5]
      const pages = [
        '/spool',
        `/spool/command/returned${query}`,
        `/spool/command/returned/file/${name}`,
        `/spool/command/returned/file/${name}/download`,
        `/spool/command/returned/export${query}`,
        `/spool/find?q=${round + 1}`,
        '/spool/reconcile',
        `/spool/changes?since=x&kind=command&state=returned&name=${name}`,
        '/',
      ]
      const answers = await Promise.all(pages.map(async (page) => ({ page, ...(await get(page)) })))
      for (const { page, status, text } of answers) {
        const what = `${page.replace(/\d{4}|\?.*/g, '')} ${status}`
        statuses.set(what, (statuses.get(what) ?? 0) + 1)
        expect([200, 404, 409, 503], page).toContain(status)
        expect(text, page).not.toContain(OUTSIDE)
        if (!/download|export|changes/.test(page)) expect([page, status]).toEqual([page, 200])
      }
    }
  } finally {
    await end()
  }
  expect([...statuses.keys()].filter((what) => what.endsWith(' 200')).length).toBeGreaterThanOrEqual(9)
})
