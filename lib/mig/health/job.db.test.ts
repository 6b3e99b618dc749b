import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { insertAgents } from '@/lib/testing/agent-rows'
import { useDatabaseOf } from '@/lib/testing/use-database'

describe('the job that keeps the history', () => {
  const { owner } = useDatabaseOf('data-rst')

  beforeEach(async () => {
    await owner(`TRUNCATE dashboard.job, dashboard.endpoint, dashboard.fleet_history, dashboard.fleet_sample;
      DELETE FROM public.agents`)
    await insertAgents(owner, 'data-rst', [{ id: '1', heartbeattime: new Date().toISOString() }])
    vi.resetModules()
  })
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  const known = async () => (await owner('SELECT count(*)::int AS n FROM dashboard.endpoint'))[0]?.n

  it('makes one pass a minute, however many processes look', async () => {
    const { runJob } = await import('@/lib/jobs/job')
    const { fleetHistory } = await import('./job')
    await runJob(fleetHistory)
    const ran = await Promise.all([1, 2, 3, 4].map(() => runJob(fleetHistory)))
    expect(ran.filter((one) => one.ran)).toEqual([{ ran: true, did: 1 }])
    expect(await known()).toBe(1)
    expect(await owner(`SELECT count(*)::int AS n FROM dashboard.fleet_sample WHERE grain = 'minute'`)).toEqual([
      { n: 1 },
    ])
    expect((await runJob(fleetHistory)).ran).toBe(false)
  })

  it('does not run at a fixed moment, while others do', async () => {
    vi.stubEnv('MIG_NOW', '2014-09-15T21:18:09Z')
    const { startJobs } = await import('@/lib/jobs/start')
    const { fleetHistory } = await import('./job')
    let others = 0
    const stop = startJobs([
      fleetHistory,
      {
        name: 'another',
        period: 100,
        statementTimeout: 1_000,
        keepsHistory: false,
        step: async () => ({ did: ++others, more: false }),
        report: () => '',
      },
    ])
    try {
      await expect.poll(() => others, { timeout: 10_000 }).toBeGreaterThan(2)
    } finally {
      stop()
    }
    expect(await owner('SELECT name FROM dashboard.job')).toEqual([{ name: 'another' }])
    expect(await known()).toBe(0)
  })
})
