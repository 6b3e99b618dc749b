import { describe, expect, it } from 'vitest'
import { pool } from '@/lib/db/pool'
import { earlier, thresholdsOf } from '@/lib/mig/agents/state'
import { runPass } from '@/lib/mig/health/pass'
import { countStatesAt } from '@/lib/mig/health/past-queries'
import { getDays, getSeries } from '@/lib/mig/health/queries'
import { dateToInstant } from '@/lib/mig/wire/time'
import { withClient } from '@/lib/testing/database'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { generateDemo } from './generate'
import { writeHistory } from './history'
import { AGENT_COLUMNS, agentCells, copyRows } from './insert'

const viewer = testViewer('investigator')
const thresholds = thresholdsOf({ heartbeatPeriod: 300_000, agentTimeout: 1_200_000 })
const HOUR = 3_600_000
const DAY = 24 * HOUR

describe('the history of the demo', () => {
  const database = useDatabaseOf('data-rst')

  it('ends in the demo’s fleet, and its samples are what its spans tell', async () => {
    const now = 1_790_000_000_000_000
    const demo = generateDemo('test', now)
    await withClient(database.ownerUrl(), async (client) => {
      await client.query(`SET timezone = 'UTC'`)
      await copyRows(client, 'agents', AGENT_COLUMNS, demo.agents.map(agentCells))
      await writeHistory(client, demo, 'test', now)
    })
    const at = earlier(dateToInstant(new Date(now / 1000)), -1)
    const client = await pool().connect()
    try {
      await client.query('BEGIN')
      const passed = await runPass(client, at, thresholds)
      await client.query('COMMIT')
      // Of doubles the pass takes the youngest process that beats now.
      expect(passed?.kept).toBeLessThan(60)
      expect(passed?.departed).toBe(0)
      expect((await countStatesAt(viewer, at, thresholds)).byState).toEqual(passed?.figures.byState)
    } finally {
      client.release(true)
    }
    const last = await getSeries(viewer, { from: earlier(at, HOUR), to: at }, at)
    expect(last.samples.length).toBeGreaterThan(55)
    const month = await getSeries(viewer, { from: earlier(at, 59 * DAY), to: at }, at)
    expect(month.grain).toBe('hour')
    // All hours but the five in which nobody sampled.
    expect(month.samples.length).toBeGreaterThan(59 * 24 - 8)
    expect(month.samples.length).toBeLessThan(59 * 24)
    for (const sample of month.samples.filter((_, i) => i % 200 === 0))
      expect((await countStatesAt(viewer, sample.at, thresholds)).byState).toEqual(sample.byState)
    const days = await getDays(viewer, { from: earlier(at, 90 * DAY), to: at })
    expect(days.some((day) => day.rebuilt)).toBe(true)
    expect(days.filter((day) => day.lost > 10).length).toBeGreaterThan(5)
  }, 120_000)
})
