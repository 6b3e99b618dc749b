import { describe, expect, test } from 'vitest'
import { inBackground } from '@/lib/db/background'
import { pool } from '@/lib/db/pool'
import { useTestDatabase } from '@/lib/testing/database'

const settings = async (on: { query: (text: string) => Promise<{ rows: unknown[] }> }) => {
  const { rows } = await on.query(`SELECT current_setting('application_name') AS name,
    current_setting('statement_timeout') AS timeout, current_setting('jit') AS jit,
    current_setting('max_parallel_workers_per_gather') AS workers`)
  return rows[0]
}

describe('work of the program itself', () => {
  useTestDatabase()

  test('a transaction of the program’s own work says which, and leaves its connection as it was', async () => {
    const before = await settings(pool())
    expect(before).toMatchObject({ name: 'mig-dashboard' })
    expect(await inBackground('fleet', { timeout: 1_234, large: true }, (client) => settings(client))).toEqual({
      name: 'mig-dashboard fleet',
      timeout: '1234ms',
      jit: 'off',
      workers: '0',
    })
    expect(await settings(pool())).toEqual(before)
  })

  test('what it did is undone when it throws', async () => {
    const work = inBackground('job', { timeout: 5_000 }, async (client) => {
      await client.query(`INSERT INTO dashboard.job (name, period_ms) VALUES ('undone', 1)`)
      throw new Error('no more')
    })
    await expect(work).rejects.toThrow('no more')
    expect((await pool().query(`SELECT FROM dashboard.job WHERE name = 'undone'`)).rowCount).toBe(0)
  })
})
