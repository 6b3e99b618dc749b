import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { withClient } from '@/lib/testing/database'
import { startSiteForTests, temporaryDataDir } from '@/lib/testing/site'
import { ownerUrl } from './database'
import { isDynamic, LIST_ROUTES, PAGE_ROUTES, routeOf } from './pages'
import { ADMIN, signInByForms } from './people'

/** So many addresses of each page and export are asked for. */
const OF_EACH = 4
const NO_BATCH = ['/acl/batches/[id]', '/acl/batches/[id]/export']

test('every page and export answers on the tables of 2019', async () => {
  test.setTimeout(300_000)
  const dataDir = temporaryDataDir()
  let site = await startSiteForTests({ DB_HOME: dataDir })
  try {
    const layout = readFileSync(path.join(import.meta.dirname, 'layout-2019.sql'), 'utf8')
    await withClient(ownerUrl(dataDir), (owner) => owner.query(layout))
    await site.stop()
    site = await startSiteForTests({ DB_HOME: dataDir })
    const cookie = await signInByForms(site.url, dataDir, ADMIN)
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
  } finally {
    await site.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
})
