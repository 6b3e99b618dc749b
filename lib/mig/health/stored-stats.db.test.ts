import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { forgetVintage } from '@/lib/mig/vintage'
import { type Instant, parseRfc3339 } from '@/lib/mig/wire/time'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { getStoredStats } from './stored-stats'

const viewer = testViewer('investigator')
const range = {
  from: parseRfc3339('2018-03-01T00:00:00Z') as Instant,
  to: parseRfc3339('2018-03-08T00:00:00Z') as Instant,
}

describe('MIG’s own statistics', () => {
  const { owner } = useDatabaseOf('2019')
  beforeAll(forgetVintage)
  beforeEach(() => owner('TRUNCATE public.agents_stats'))

  it('are read as they stand, whatever their columns hold', async () => {
    await owner(`INSERT INTO public.agents_stats (timestamp, online_agents, online_agents_by_version, online_endpoints, flapping_endpoints)
      VALUES ('2018-03-02 00:00:00+00', 12, '[{"version":"20180101+abc","count":12},{"version":7},null,{"count":1}]', 11, 2),
        ('2018-03-03 00:00:00+00', NULL, NULL, NULL, NULL), ('2018-03-04 00:00:00+00', 3, '{"version":"\\u0000"}', 3, 0),
        ('2018-02-28 00:00:00+00', 1, 'null', 1, 0), ('infinity', 1, 'null', 1, 0)`)
    const stats = await getStoredStats(viewer, range)
    expect(
      stats?.map(({ at, onlineAgents, onlineEndpoints, flappingEndpoints, onlineByVersion }) => [
        at,
        onlineAgents,
        onlineEndpoints,
        flappingEndpoints,
        onlineByVersion,
      ]),
    ).toEqual([
      ['2018-03-02T00:00:00Z', 12, 11, 2, [{ version: '20180101+abc', count: 12 }]],
      ['2018-03-03T00:00:00Z', null, null, null, []],
      ['2018-03-04T00:00:00Z', 3, 3, 0, []],
    ])
  })

  it('are thinned to the last rows of equal steps', async () => {
    await owner(`INSERT INTO public.agents_stats (timestamp, online_agents)
      SELECT t, extract(epoch FROM t) FROM generate_series('2018-03-01 00:00:00+00'::timestamptz, '2018-03-07 23:59:00+00', '1 minute') t`)
    const stats = (await getStoredStats(viewer, range)) ?? []
    expect(stats.length).toBeGreaterThan(500)
    expect(stats.length).toBeLessThanOrEqual(1_001)
    expect(stats.at(-1)?.at).toBe('2018-03-07T23:59:00Z')
    expect([...stats].sort((a, b) => (a.onlineAgents ?? 0) - (b.onlineAgents ?? 0))).toEqual(stats)
  })

  it('are none where the table is not granted', async () => {
    await owner('REVOKE SELECT ON public.agents_stats FROM mig_dashboard')
    try {
      expect(await getStoredStats(viewer, range)).toBeNull()
    } finally {
      await owner('GRANT SELECT ON public.agents_stats TO mig_dashboard')
    }
  })
})

describe('in a layout without them', () => {
  useDatabaseOf('data-rst')
  beforeAll(forgetVintage)

  it('there are none', async () => {
    expect(await getStoredStats(viewer, range)).toBeNull()
  })
})
