import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { keep } from './keep'
import { ended } from './process'

const script = (code: string) => () =>
  spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
const running = (children: ChildProcess[]) => children.filter((c) => c.exitCode === null && c.signalCode === null)

function counted(code: string) {
  const children: ChildProcess[] = []
  const start = () => {
    const child = script(code)()
    children.push(child)
    return child
  }
  return { children, start }
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !condition(); i++) await sleep(25)
  expect(condition()).toBe(true)
}

test('a process that was killed is started again, and stop ends it for good', async () => {
  const { children, start } = counted('setInterval(() => {}, 1000)')
  const ends: string[] = []
  const kept = keep({ start, pauseMs: 10, graceMs: 1_000, onEnd: (how) => ends.push(how) })
  children[0]?.kill('SIGKILL')
  await until(() => children.length === 2 && running(children).length === 1)
  expect(ends).toEqual(['signal SIGKILL'])
  await kept.stop()
  expect(running(children)).toEqual([])
  await sleep(100)
  expect(children).toHaveLength(2)
  expect(ends).toHaveLength(1)
})

test('one that ends at once again and again is given up at the limit', async () => {
  const { children, start } = counted('process.exit(3)')
  const kept = keep({ start, limit: 3, pauseMs: 1, graceMs: 1_000 })
  expect(await kept.gaveUp).toBe('exit code 3')
  await sleep(200)
  expect(children).toHaveLength(3)
  await kept.stop()
})

test('restart starts a new one without counting an end', async () => {
  const { children, start } = counted('setInterval(() => {}, 1000)')
  const ends: string[] = []
  const kept = keep({ start, limit: 1, pauseMs: 1, graceMs: 1_000, onEnd: (how) => ends.push(how) })
  await kept.restart()
  await until(() => children.length === 2)
  expect(ends).toEqual([])
  await kept.stop()
})

test('a process that does not hear SIGTERM is killed after the grace period', async () => {
  const { children, start } = counted(
    'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); process.send("up")',
  )
  const kept = keep({ start, pauseMs: 1, graceMs: 100 })
  await once(children[0] as ChildProcess, 'message')
  await kept.stop()
  expect(children.map((c) => c.signalCode)).toEqual(['SIGKILL'])
})

test('a program that cannot be started ends with its reason', async () => {
  const how = await ended(spawn('/nowhere/program', { stdio: 'ignore' }))
  expect(how).toContain('ENOENT')
})
