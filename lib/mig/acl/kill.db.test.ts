import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { verifyChain } from '@/lib/audit/verify'
import { type Embedded, startEmbedded, stopEmbedded } from '@/lib/db/embedded'
import { openPool, pool } from '@/lib/db/pool'
import type { MigId } from '@/lib/mig/wire/id'
import { insertAgents } from '@/lib/testing/agent-rows'
import { run } from '@/lib/testing/database'
import { tries } from '@/lib/testing/long'
import { testViewer } from '@/lib/testing/viewer'
import type { CellChange } from './change'
import { runBatch } from './mutations'

const ROUNDS = tries({ short: 8, long: 100 })
const ENDPOINTS = 300
const SEED = 20_140_915

const dir = mkdtempSync(path.join(os.tmpdir(), `mig-dashboard-test-${process.pid}-`))
chmodSync(dir, 0o755)
const kept = globalThis as unknown as { migPool?: pg.Pool; migPrisma?: unknown }
const settings = { fsync: 'off' }

afterAll(async () => {
  await kept.migPool?.end().catch(() => {})
  kept.migPool = undefined
  kept.migPrisma = undefined
  await stopEmbedded(dir)
  rmSync(dir, { recursive: true, force: true })
})

/** A number from 0 to 1, the same ones in every run. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Kills the server. Without `whole` its children live on until they notice, and may still commit; with it all die at once. */
function kill({ pid }: Embedded, whole: boolean): void {
  const all = whole ? execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n') : []
  const children = all.map((line) => line.trim().split(/\s+/).map(Number)).filter(([, parent]) => parent === pid)
  process.kill(pid, 'SIGKILL')
  for (const [child = 0] of children)
    try {
      process.kill(child, 'SIGKILL')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
}

/** A server that is killed leaves processes behind that end when they notice: until then the next one refuses to start. */
async function restarted(): Promise<Embedded> {
  const until = Date.now() + 60_000
  for (;;)
    try {
      return await startEmbedded({ dir, settings })
    } catch (error) {
      if (Date.now() > until) throw error
      await sleep(250)
    }
}

async function openPoolOn(database: Embedded): Promise<void> {
  await kept.migPool?.end().catch(() => {})
  kept.migPool = openPool(database.programUrl)
  kept.migPrisma = undefined
}

const agents = Array.from({ length: ENDPOINTS }, (_, n) => String(1000 + n) as MigId)
const cellsFrom = (value: number | null, to: number): CellChange[] =>
  agents.flatMap((agent): CellChange[] => [
    { table: 'agtmodreq', agent, module: '1' as MigId, seen: value, value: to },
    { table: 'invagtmodperm', investigator: '2' as MigId, agent, module: '1' as MigId, seen: value, value: to },
  ])
const save = (value: number | null, to: number) =>
  runBatch(testViewer('admin'), {
    kind: 'save',
    reason: 'the database dies',
    confirmed: true,
    cells: cellsFrom(value, to),
  })

/** What is stored: the one value of all cells, and how many batches the audit has; throws for a part of a batch. */
async function stored(): Promise<{ value: number | null; batches: number }> {
  const { rows: values } = await pool().query<{ value: number; n: number }>(`
    SELECT value, count(*)::int AS n FROM (
      SELECT minimumweight AS value FROM public.agtmodreq UNION ALL SELECT weight FROM public.invagtmodperm
    ) v GROUP BY value`)
  if (values.length > 0) expect(values).toEqual([{ value: values[0]?.value, n: 2 * ENDPOINTS }])
  const { rows: audited } = await pool().query<{ batch: string }>(
    `SELECT object_id AS batch FROM dashboard.audit WHERE object_type = 'acl_batch' ORDER BY id`,
  )
  const { rows: cells } = await pool().query<{ batch: string; n: number }>(
    'SELECT batch::text AS batch, count(*)::int AS n FROM dashboard.acl_change GROUP BY batch',
  )
  expect(cells.map(({ batch }) => batch).sort()).toEqual(audited.map(({ batch }) => batch).sort())
  expect(cells.every(({ n }) => n === 2 * ENDPOINTS)).toBe(true)
  // The chain, and each batch's cells by the SHA-256 in its row.
  expect(await verifyChain(pool())).toMatchObject({ ok: true })
  return { value: values[0]?.value ?? null, batches: audited.length }
}

test(
  `the database is killed in the middle of a save, ${ROUNDS} times: all of a batch with its audit row, or nothing`,
  async () => {
    let database = await startEmbedded({ dir, settings })
    await openPoolOn(database)
    const owner = (text: string, values?: unknown[]) => run(database.ownerUrl, text, values)
    const beat = new Date(Date.now() - 60_000).toISOString()
    await insertAgents(
      owner,
      'data-rst',
      agents.map((id) => ({ id, heartbeattime: beat })),
    )
    await owner(`INSERT INTO public.modules VALUES (1, 'file')`)
    await owner(
      `INSERT INTO public.investigators (id, name, pgpfingerprint, publickey) VALUES (2, 'Ann', repeat('A', 40), '')`,
    )
    expect(await save(null, 1)).toMatchObject({ kind: 'saved' })
    const from = performance.now()
    expect(await save(1, 2)).toMatchObject({ kind: 'saved' })
    const whole = performance.now() - from
    let now = await stored()
    expect(now).toEqual({ value: 2, batches: 2 })

    const random = randomOf(SEED)
    const ends = { done: 0, undone: 0 }
    for (let round = 1; round <= ROUNDS; round++) {
      const was = now
      const to = (was.value ?? 0) + 1
      const told = save(was.value, to).then(
        ({ kind }) => kind,
        () => 'failed',
      )
      await sleep(random() * 1.2 * whole)
      kill(database, round % 2 === 0)
      const kind = await told
      await database.exited
      database = await restarted()
      await openPoolOn(database)
      now = await stored()
      // A commit may have happened though its answer was lost, never the other way round.
      const isDone = now.value === to
      expect(now, `round ${round}`).toEqual(isDone ? { value: to, batches: was.batches + 1 } : was)
      if (kind === 'saved') expect(isDone, `round ${round}`).toBe(true)
      else expect(kind).toBe('failed')
      ends[isDone ? 'done' : 'undone']++
    }
    // Kills that all came too late, or too early, would say nothing.
    expect(ends.undone).toBeGreaterThan(0)
    if (ROUNDS >= 100) expect(ends.done).toBeGreaterThan(0)
  },
  60_000 + ROUNDS * 20_000,
)
