import { beforeEach, describe, expect, it } from 'vitest'
import { pool } from '@/lib/db/pool'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { type Job, runJob } from './job'
import { listJobs } from './queries'

const admin = testViewer('admin')

function job(step: Job['step'], period = 60_000): Job {
  return { name: 'test', period, statementTimeout: 5_000, keepsHistory: false, step, report: (did) => `${did} done` }
}
const quick = job(async () => ({ did: 1, more: false }))

describe('runJob', () => {
  const database = useDatabaseOf('data-rst')
  const makeDue = () => database.owner('UPDATE dashboard.job SET due_at = clock_timestamp()')
  const only = async () => (await listJobs(admin))[0]

  beforeEach(async () => {
    await database.owner('TRUNCATE dashboard.job')
    // The first look only makes the row.
    expect(await runJob(quick)).toEqual({ ran: false, waitMs: 0 })
  })

  it('runs once a period, whoever asks, and writes down how it went', async () => {
    expect(await runJob(quick)).toEqual({ ran: true, did: 1 })
    expect(await only()).toMatchObject({
      name: 'test',
      report: '1 done',
      failed: false,
      running: false,
      periodMs: 60_000,
    })
    const again = await runJob(quick)
    expect(again.ran).toBe(false)
    if (!again.ran) expect(again.waitMs).toBeGreaterThan(50_000)
  })

  it('is run by one of many processes', async () => {
    let now = 0
    let most = 0
    let steps = 0
    const slow = job(async ({ client }) => {
      most = Math.max(most, ++now)
      await client.query('SELECT pg_sleep(0.05)')
      now--
      return { did: 1, more: ++steps < 3 }
    })
    const ran = await Promise.all(Array.from({ length: 6 }, () => runJob(slow)))
    expect(ran.filter((one) => one.ran)).toEqual([{ ran: true, did: 3 }])
    expect(most).toBe(1)
  })

  it('hands its state from step to step and from run to run', async () => {
    const seen: unknown[] = []
    const counting = job(async ({ state }) => {
      seen.push(state)
      const n = ((state as { n: number } | null)?.n ?? 0) + 1
      return { did: 1, more: n % 2 === 1, state: { n } }
    })
    await runJob(counting)
    await makeDue()
    await runJob(counting)
    expect(seen).toEqual([null, { n: 1 }, { n: 2 }, { n: 3 }])
  })

  it('undoes a failed step, keeps those before it, and keeps the error until a run succeeds', async () => {
    await database.owner(
      'CREATE TABLE IF NOT EXISTS dashboard.made (n integer); GRANT ALL ON dashboard.made TO mig_dashboard',
    )
    let n = 0
    const failing = job(async ({ client }) => {
      await client.query('INSERT INTO dashboard.made VALUES ($1)', [++n])
      if (n === 2) await client.query('SELECT 1/0')
      return { did: 1, more: true }
    })
    await expect(runJob(failing)).rejects.toThrow('division by zero')
    expect(await database.owner('SELECT n FROM dashboard.made')).toEqual([{ n: 1 }])
    expect(await only()).toMatchObject({ failed: true, error: 'division by zero', running: false, succeededAt: null })
    expect((await listJobs(testViewer('investigator')))[0]).toMatchObject({ failed: true, error: null })
    await makeDue()
    await runJob(quick)
    expect(await only()).toMatchObject({ failed: false, error: null })
  })

  it('gives its statements a limit of their own and leaves the connection as it was', async () => {
    const limits: string[] = []
    const asking = job(async ({ client }) => {
      limits.push((await client.query('SHOW statement_timeout')).rows[0].statement_timeout)
      return { did: 0, more: false }
    })
    await runJob(asking)
    expect(limits).toEqual(['5s'])
    expect((await pool().query('SHOW statement_timeout')).rows[0].statement_timeout).toBe('10s')
  })

  it('is taken over when its process died', async () => {
    await database.owner(
      `UPDATE dashboard.job SET holder = gen_random_uuid(), lease_until = clock_timestamp() + interval '1 hour'`,
    )
    expect((await only())?.running).toBe(true)
    expect((await runJob(quick)).ran).toBe(false)
    await database.owner(`UPDATE dashboard.job SET lease_until = clock_timestamp() - interval '1 second'`)
    expect(await runJob(quick)).toEqual({ ran: true, did: 1 })
  })

  it('does no further step when another process has taken the lease', async () => {
    let steps = 0
    const robbed = job(async ({ client }) => {
      await client.query('SELECT pg_sleep(0.02)')
      return { did: ++steps && 1, more: true }
    })
    const rob = () => database.owner('UPDATE dashboard.job SET holder = gen_random_uuid()')
    const robbedAfterTwo: Job = {
      ...robbed,
      step: async (step) => {
        const stepped = await robbed.step(step)
        // The row is locked while a step runs: the thief waits for its end.
        if (steps === 2) thief = rob()
        return stepped
      },
    }
    let thief: Promise<unknown> = Promise.resolve()
    await runJob(robbedAfterTwo, () => steps >= 50)
    await thief
    expect(steps).toBeLessThan(50)
    expect((await only())?.running).toBe(true)
  })

  it('stops before its next step when the process ends', async () => {
    let steps = 0
    const endless = job(async () => ({ did: ++steps && 1, more: true }))
    expect(await runJob(endless, () => steps >= 4)).toEqual({ ran: true, did: 4 })
    expect((await only())?.running).toBe(false)
  })
})
