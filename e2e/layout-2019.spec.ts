import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import pg from 'pg'
import { startSiteForTests, type TestSite, temporaryDataDir } from '@/lib/testing/site'
import { ownerUrl } from './database'
import { isDynamic, LIST_ROUTES, PAGE_ROUTES, routeOf } from './pages'
import { ADMIN, signInByForms } from './people'

/** So many addresses of each page and export are asked for. */
const OF_EACH = 4
const NO_BATCH = ['/acl/batches/[id]', '/acl/batches/[id]/export']

// A database of its own, whose tables become those of 2019.
let dataDir: string
let site: TestSite
let cookie: string

test.beforeAll(async () => {
  test.setTimeout(300_000)
  dataDir = temporaryDataDir()
  site = await startSiteForTests({ DB_HOME: dataDir })
  const owner = new pg.Client({ connectionString: ownerUrl(dataDir) })
  await owner.connect()
  await owner.query(readFileSync(path.join(import.meta.dirname, 'layout-2019.sql'), 'utf8'))
  await owner.end()
  await site.stop()
  site = await startSiteForTests({ DB_HOME: dataDir })
  cookie = await signInByForms(site.url, dataDir, ADMIN)
})
test.afterAll(async () => {
  await site?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

test('every page and export answers on the tables of 2019', async () => {
  test.setTimeout(300_000)
  const asked = new Map<string, number>()
  const seen = new Set<string>()
  const failed: string[] = []
  const waiting = PAGE_ROUTES.filter((route) => !isDynamic(route))
  for (let address = waiting.shift(); address; address = waiting.shift()) {
    const route = routeOf(new URL(address, site.url).pathname)
    const times = asked.get(route) ?? 0
    if (seen.has(address) || times >= OF_EACH) continue
    seen.add(address)
    const answer = await fetch(site.url + address, { headers: { cookie }, redirect: 'manual' })
    const text = await answer.text()
    const to = answer.headers.get('location')
    if (to?.startsWith('/')) waiting.push(to)
    if (answer.ok) asked.set(route, times + 1)
    if (answer.status >= 400 || text.includes('Something failed')) failed.push(`${answer.status} ${address}`)
    for (const [, href = ''] of text.matchAll(/\shref="(\/[^"#]*)/g)) waiting.push(href.replaceAll('&amp;', '&'))
  }
  expect(failed).toEqual([])
  expect(site.output()).not.toMatch(/error/i)
  // Nothing was written here yet.
  const exports = LIST_ROUTES.map((route) => `${route}/export`)
  expect([...PAGE_ROUTES, ...exports].filter((route) => !asked.has(route))).toEqual(NO_BATCH)
})
