import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { copiesById } from '@/lib/mig/signatures/spool-copy'
import { spoolClient } from '@/lib/mig/spool/client'
import type { MigId } from '@/lib/mig/wire/id'
import { SPOOL_STATES } from '@/lib/mig/wire/spool-name'
import { now } from '@/lib/now'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { getBacklog } from './queries'

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'spool-backlog-'))
vi.stubEnv('MIG_SPOOL_DIR', root)
const viewer = testViewer('investigator')

describe('a spool that hangs', () => {
  useDatabaseOf('data-rst')
  afterAll(() => {
    spoolClient(root).close()
    fs.rmSync(root, { recursive: true, force: true })
  })

  test('holds the overview up for a second, and the next one not at all', async () => {
    for (const [kind, state] of SPOOL_STATES) fs.mkdirSync(path.join(root, kind, state), { recursive: true })
    const { mig } = await now()
    const timed = async <T>(ask: () => Promise<T>) => {
      const began = performance.now()
      return { answer: await ask(), took: performance.now() - began }
    }
    const backlog = () => timed(() => getBacklog(viewer, mig))
    expect((await backlog()).answer).toMatchObject({ overview: { problem: null } })
    const worker = spoolClient(root).pid as number
    process.kill(worker, 'SIGSTOP')
    const hanging = await backlog()
    expect(hanging.answer).toEqual({ problem: expect.stringContaining('does not answer') })
    expect(hanging.took).toBeGreaterThan(900)
    expect(hanging.took).toBeLessThan(2_000)
    const again = await backlog()
    expect(again.answer).toEqual({ problem: expect.stringContaining('does not answer') })
    expect(again.took).toBeLessThan(500)
    // Who checks signatures does not wait for it anew either.
    const copies = await timed(() => copiesById('6059408362783470592' as MigId))
    expect(copies.answer).toMatchObject({ state: 'away' })
    expect(copies.took).toBeLessThan(500)
    // An answer that comes late ends the time for which the spool is left alone.
    process.kill(worker, 'SIGCONT')
    await expect.poll(backlog, { timeout: 5_000 }).toMatchObject({ answer: { overview: { problem: null } } })
  }, 20_000)
})
