import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { emptySpoolForEachTest, list, makeStates, open, put, read, root, survey } from '@/lib/testing/spool-client'
import { SpoolClient } from './client'

emptySpoolForEachTest()

describe('a worker that does not answer', () => {
  test('is replaced: slow within the deadline, and the next request is answered', async () => {
    makeStates()
    put('action/new', 'file.json')
    const client = open({ deadlineMs: undefined })
    expect(await survey(client)).toMatchObject({ ok: true })
    const stopped = client.pid as number
    process.kill(stopped, 'SIGSTOP')
    const began = performance.now()
    const answers = await Promise.all([survey(client), list(client), read(client, 'file.json')])
    const took = performance.now() - began
    for (const answer of answers) expect(answer).toMatchObject({ ok: false, reason: 'slow' })
    expect(took).toBeGreaterThan(2_000)
    expect(took).toBeLessThan(3_500)
    expect(await survey(client)).toMatchObject({ ok: true, value: { files: 1 } })
    expect(client.pid).not.toBe(stopped)
    expect(() => process.kill(stopped, 0)).toThrow('ESRCH')
  }, 15_000)

  test('a request that came later is asked again of the next worker', async () => {
    makeStates()
    const client = open({ deadlineMs: 1_500 })
    await survey(client)
    process.kill(client.pid as number, 'SIGSTOP')
    const first = survey(client)
    await new Promise((later) => setTimeout(later, 1_000))
    const second = survey(client)
    expect(await first).toMatchObject({ ok: false, reason: 'slow' })
    expect(await second).toMatchObject({ ok: true })
  }, 15_000)

  test('a request that is asked again waits no longer for it when the next worker hangs as well', async () => {
    makeStates()
    const client = open({ deadlineMs: 1_500 })
    await survey(client)
    const stopped = new Set<number>()
    const stopAll = setInterval(() => {
      if (client.pid === null || stopped.has(client.pid)) return
      stopped.add(client.pid)
      process.kill(client.pid, 'SIGSTOP')
    }, 1)
    try {
      await expect.poll(() => stopped.size).toBe(1)
      const first = survey(client)
      await new Promise((later) => setTimeout(later, 200))
      const began = performance.now()
      expect(await survey(client)).toMatchObject({ ok: false, reason: 'slow' })
      const took = performance.now() - began
      expect(await first).toMatchObject({ ok: false, reason: 'slow' })
      expect(stopped.size).toBe(2)
      expect(took).toBeGreaterThan(1_400)
      expect(took).toBeLessThan(2_200)
    } finally {
      clearInterval(stopAll)
    }
  }, 15_000)

  test('a worker that dies is replaced without loss; one that cannot start is a failure', async () => {
    makeStates()
    const client = open()
    await survey(client)
    const killed = client.pid as number
    process.kill(killed, 'SIGSTOP')
    const answer = survey(client)
    process.kill(killed, 'SIGKILL')
    expect(await answer).toMatchObject({ ok: true })

    const home = process.cwd()
    const nowhere = new SpoolClient({ root, deadlineMs: 5_000 })
    Object.defineProperty(process, 'cwd', { value: () => path.join(root, 'action'), configurable: true })
    try {
      expect(await survey(nowhere)).toMatchObject({ ok: false, reason: 'broken' })
    } finally {
      Object.defineProperty(process, 'cwd', { value: () => home, configurable: true })
    }
  }, 20_000)

  test('the worker ends with its parent, and does not keep it alive', async () => {
    makeStates()
    const script = `
      import { SpoolClient } from ${JSON.stringify(path.resolve('lib/mig/spool/client.ts'))}
      const client = new SpoolClient({ root: ${JSON.stringify(root)} })
      const answer = await client.ask({ command: 'survey', kind: 'action', state: 'new' })
      console.log(JSON.stringify([answer.ok, client.pid]))`
    const out = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 20_000,
    })
    const [ok, pid] = JSON.parse(out) as [boolean, number]
    expect(ok).toBe(true)
    for (let i = 0; i < 50 && isAlive(pid); i++) await new Promise((later) => setTimeout(later, 100))
    expect(isAlive(pid)).toBe(false)
  }, 30_000)
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
