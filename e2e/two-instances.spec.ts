import { expect, test } from '@playwright/test'
import { checkDatabase } from '@/lib/db/check'
import { makeIndexes } from '@/lib/db/indexes'
import { migrate } from '@/lib/db/migrate'
import { setupDatabase } from '@/lib/db/setup'
import { run } from '@/lib/testing/database'
import { findTools, startTwoInstances, type TwoInstances } from '@/lib/testing/two-instances'
import { ADMIN, formOf, INVESTIGATOR, signInByForms } from './people'

const found = findTools()
const AWAY = 'The standby does not answer: pages and exports are read from the primary.'

test.describe('two instances, a standby and a pooler', () => {
  test.skip(!found.ok, found.ok ? '' : found.missing)
  test.describe.configure({ mode: 'serial', timeout: 300_000 })
  let site: TwoInstances
  const cookies: Record<string, string> = {}

  test.beforeAll(async () => {
    test.setTimeout(300_000)
    if (!found.ok) return
    site = await startTwoInstances(found.tools)
    for (const name of [ADMIN, INVESTIGATOR]) cookies[name] = await signInByForms(site.url, site.dir, name)
  })

  test.afterAll(async () => {
    await site?.stop()
  })

  const get = (address: string, name = ADMIN) =>
    fetch(`${site.url}${address}`, { redirect: 'manual', headers: { cookie: cookies[name] ?? '' } })

  const pageOf = async (address: string, name = ADMIN) => {
    const answer = await get(address, name)
    expect(answer.status, address).toBe(200)
    return answer.text()
  }

  const onPrimary = <Row extends object>(statement: string) => run(site.primaryUrl, statement) as Promise<Row[]>

  const addModule = async (name: string) => {
    const form = formOf(await pageOf('/acl/modules'), 'Add a module')
    form.set('name', name)
    const answer = await fetch(`${site.url}/acl/modules`, {
      method: 'POST',
      body: form,
      redirect: 'manual',
      headers: { cookie: cookies[ADMIN] ?? '', origin: site.url },
    })
    const marks = answer.headers.getSetCookie().map((line) => line.split(';', 1)[0])
    cookies[ADMIN] = [cookies[ADMIN], ...marks].join('; ')
    expect([200, 303]).toContain(answer.status)
    return { html: await answer.text(), marks }
  }

  test('whoever signed in is known by both', async () => {
    const seen = new Set<string | null>()
    for (let i = 0; i < 8; i++) {
      const answer = await get('/agents')
      expect(answer.status).toBe(200)
      expect(await answer.text()).toContain(ADMIN)
      seen.add(answer.headers.get('x-instance'))
    }
    expect(seen.size).toBe(2)
    expect((await get('/agents', 'nobody')).status).toBe(307)
  })

  test('pages are read from the standby, and show what MIG writes to the primary', async () => {
    const reads = () =>
      run(site.standbyUrl, `SELECT sum(xact_commit)::integer AS n FROM pg_stat_database WHERE datname = 'mig'`)
    const before = Number(((await reads()) as { n: number }[])[0]?.n)
    await onPrimary(`INSERT INTO public.agents SELECT (a).* FROM (SELECT jsonb_populate_record(a, jsonb_build_object(
      'id', 77, 'name', 'fresh.example.net', 'queueloc', 'linux.fresh.example.net.1', 'heartbeattime', clock_timestamp())) AS a
      FROM public.agents a LIMIT 1) s`)
    await expect.poll(() => pageOf('/agents?name=fresh.example.net'), { timeout: 30_000 }).toContain('/agents/77"')
    await expect
      .poll(async () => Number(((await reads()) as { n: number }[])[0]?.n), { timeout: 30_000 })
      .toBeGreaterThan(before)
  })

  test('a job is run by one of them', async () => {
    await onPrimary(`UPDATE dashboard.job SET due_at = NULL WHERE name = 'fleet history' AND lease_until IS NULL`)
    const runs = new Set<string>()
    const until = Date.now() + 8_000
    while (Date.now() < until) {
      for (const row of await onPrimary<{ at: string }>(
        `SELECT started_at::text AS at FROM dashboard.job WHERE name = 'fleet history' AND started_at IS NOT NULL`,
      ))
        runs.add(row.at)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    // The run before and this one; a second process would have made one more.
    expect(runs.size).toBeGreaterThan(0)
    expect(runs.size).toBeLessThanOrEqual(2)
    expect(await onPrimary(`SELECT FROM dashboard.job WHERE error IS NOT NULL`)).toEqual([])
  })

  test('exports are whole', async () => {
    const [row] = await onPrimary<{ n: string }>('SELECT count(*) AS n FROM public.commands')
    const lines = (await pageOf('/commands/export?format=ndjson')).trimEnd().split('\n')
    expect(lines).toHaveLength(Number(row?.n))
    for (const line of lines.slice(0, 20)) expect(JSON.parse(line)).toHaveProperty('actionid')
    const csv = await pageOf('/commands/export?format=csv')
    expect(csv.match(/^\d{1,20},\d{1,20},/gm)).toHaveLength(lines.length)
  })

  test('who writes sees it at once, while the standby does not have it; others see it later', async () => {
    await run(site.standbyUrl, 'SELECT pg_wal_replay_pause()')
    const { html, marks } = await addModule('replayed')
    expect(marks.join()).toMatch(/mig-written=[0-9A-F]+%?2?F?\/?[0-9A-F]+/)
    if (html) expect(html).toContain('replayed')
    for (let i = 0; i < 4; i++) expect(await pageOf('/acl/modules?name=replayed')).toContain('>replayed<')
    for (let i = 0; i < 4; i++)
      expect(await pageOf('/acl/modules?name=replayed', INVESTIGATOR)).not.toContain('>replayed<')
    await run(site.standbyUrl, 'SELECT pg_wal_replay_resume()')
    await expect
      .poll(() => pageOf('/acl/modules?name=replayed', INVESTIGATOR), { timeout: 30_000 })
      .toContain('>replayed<')
  })

  test('a standby that is killed is said, and nothing is missed; it is read from again when it is back', async () => {
    expect(await pageOf('/agents')).not.toContain(AWAY)
    await site.killStandby()
    for (const address of ['/agents', '/agents', '/actions', '/acl/modules?name=replayed', '/agents/health', '/agents'])
      await pageOf(address)
    await expect.poll(() => pageOf('/agents'), { timeout: 30_000 }).toContain(AWAY)
    expect(await pageOf('/acl/modules?name=replayed')).toContain('>replayed<')
    expect((await get('/agents/export?format=csv')).status).toBe(200)
    await site.startStandby()
    await expect
      .poll(async () => [await pageOf('/agents'), await pageOf('/agents')].some((page) => page.includes(AWAY)), {
        timeout: 60_000,
      })
      .toBe(false)
  })

  test('an instance that is killed is not missed', async () => {
    process.kill(site.instances[0].pid, 'SIGKILL')
    for (let i = 0; i < 12; i++) {
      expect(await pageOf(i % 2 ? '/agents' : '/actions')).toContain(ADMIN)
      await new Promise((resolve) => setTimeout(resolve, 150))
    }
    await addModule('after-the-kill')
    expect(await pageOf('/acl/modules?name=after-the-kill')).toContain('>after-the-kill<')
    expect(await signInByForms(site.url, site.dir, INVESTIGATOR)).toContain('mig-session=')
  })

  test('db check tells of both, and what needs a session refuses the pooler', async () => {
    const report = await checkDatabase(site.poolerUrl, site.standbyUrl)
    expect(report).toMatchObject({ pooled: true, missingDefaults: [], usable: true })
    expect(report.standby).toMatchObject({ problem: null, feedback: true, advice: [] })
    expect(await checkDatabase(site.primaryUrl, site.primaryUrl)).toMatchObject({
      pooled: false,
      standby: { problem: expect.stringContaining('names no standby') },
    })
    for (const refused of [makeIndexes, setupDatabase, migrate])
      await expect(refused(site.poolerUrl)).rejects.toThrow(/pooler/)
  })

  test('nothing of a session is left on the connections of the pooler', async () => {
    expect(
      await onPrimary(`SELECT l.objid FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE l.locktype = 'advisory' AND a.state LIKE 'idle' AND a.usename = 'mig_dashboard'`),
    ).toEqual([])
    for (let i = 0; i < 5; i++)
      expect(await run(site.poolerUrl, 'SHOW statement_timeout')).toEqual([{ statement_timeout: '10s' }])
  })
})
