import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { listAudit } from '@/lib/audit/queries'
import { recordAudit } from '@/lib/audit/record'
import { auditList } from '@/lib/audit/search-params'
import type { Viewer } from '@/lib/auth/viewer'
import { db } from '@/lib/db/prisma'
import { listActions } from '@/lib/mig/actions/queries'
import { actionList } from '@/lib/mig/actions/search-params'
import { differenceList } from '@/lib/mig/health/search-params'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { now } from '@/lib/now'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { getSince } from './since'

const ANN = { id: '7' as MigId, name: 'Ann', fingerprint: 'A'.repeat(40) }
const BOB = { id: '8' as MigId, name: 'Bob', fingerprint: 'B'.repeat(40) }

describe('what changed since somebody was here last', () => {
  const { owner } = useDatabaseOf('data-rst')
  const mine = randomUUID()
  const viewer = { ...testViewer('investigator', ANN), via: 'web', sessionId: mine } as Viewer

  const session = (id: string, person: typeof ANN, begun: string, used: string) =>
    owner(
      `INSERT INTO dashboard.session (id, token_hash, investigator_id, fingerprint, created_at, last_used_at, expires_at)
       VALUES ($1::uuid, decode(md5($1::text), 'hex'), $2, $3, now() - $4::interval, now() - $5::interval, now() + interval '1 hour')`,
      [id, person.id, person.fingerprint, begun, used],
    )
  const write = (kind: string) =>
    db().$transaction((tx) =>
      recordAudit(tx, testViewer('admin', BOB), { kind, object: { type: 'module', id: '1' }, before: null, after: {} }),
    )

  beforeAll(async () => {
    await session(mine, ANN, '10 minutes', '0')
  })

  test('who is here for the first time, or not by a session, is told nothing', async () => {
    // Another person's session, and one of the same person begun later, in another browser.
    await session(randomUUID(), BOB, '2 hours', '1 hour')
    await session(randomUUID(), ANN, '5 minutes', '2 minutes')
    expect(await getSince(viewer, await now())).toBeNull()
    expect(await getSince(testViewer('investigator', ANN), await now())).toBeNull()
  })

  test('the last use of an earlier session counts, and each figure is the rows of its link', async () => {
    await session(randomUUID(), ANN, '9 days', '8 days')
    await session(randomUUID(), ANN, '3 days', '2 days')
    for (const [id, ago] of [
      [1, '3 days'],
      [2, '1 day'],
      [3, '1 hour'],
    ])
      await owner(
        `INSERT INTO public.actions (id, name, target, status, validfrom, expireafter, starttime)
         VALUES ($1::numeric, 'an action', 'x', 'completed', now() - $2::interval, now(), now())`,
        [id, ago],
      )
    for (const kind of ['module.add', 'module.add', 'investigator.rename', 'role.grant']) await write(kind)
    const moment = await now()
    const since = await getSince(viewer, moment)
    const [{ at }] = (await owner(`SELECT now() - interval '2 days' AS at`)) as [{ at: Instant }]
    expect(Math.abs(Date.parse(since?.at ?? '') - Date.parse(at))).toBeLessThan(60_000)
    expect(since?.actions.total).toEqual({ count: 2, more: false })
    expect(since?.writes.module.total.count).toBe(2)
    expect(since?.writes.investigator.total.count).toBe(1)
    expect(since?.writes.acl.total.count).toBe(0)
    expect(since?.fleet).toBeNull()

    const ask = (href = '') => Object.fromEntries(new URL(href, 'http://x').searchParams)
    const actions = actionList.parse(ask(since?.actions.href))
    const modules = auditList.parse(ask(since?.writes.module.href))
    if (!actions.ok || !modules.ok) throw new Error('a link that its list refuses')
    expect((await listActions(viewer, actions.params)).rows.map(({ id }) => id).sort()).toEqual(['2', '3'])
    expect((await listAudit(viewer, modules.params)).rows).toHaveLength(2)
    // At a fixed moment nothing happens any more.
    expect(await getSince(viewer, { ...moment, fixed: true })).toBeNull()
  })

  test('the fleet is set beside its sample of then, once the history reaches back so far', async () => {
    await owner(`INSERT INTO dashboard.fleet_history (begins_at, passed_at) VALUES (now() - interval '5 days', now())`)
    expect((await getSince(viewer, await now()))?.fleet).toBeNull()
    await owner(
      `INSERT INTO dashboard.fleet_sample (grain, bucket, at, endpoints, online, late, unreachable, gone, destroyed, ahead,
         unknown, processes, offline_names, offline_endpoints, doubles, doubles_alive, by_version, by_os)
       SELECT 'hour', date_trunc('hour', at, 'UTC'), at, 20, 5, 0, 12, 3, 0, 0, 0, 20, 12, 12, 0, 0, '[]', '[]'
       FROM (SELECT now() - interval '48 hours 20 minutes' AS at) past`,
    )
    const fleet = (await getSince(viewer, await now()))?.fleet
    expect(fleet?.byState).toMatchObject({ online: 5, unreachable: 12, gone: 3 })
    const parsed = differenceList.parse(Object.fromEntries(new URL(fleet?.href ?? '', 'http://x').searchParams))
    expect(parsed.ok && parsed.params.filters.from).toBe((await getSince(viewer, await now()))?.at)
  })
})
