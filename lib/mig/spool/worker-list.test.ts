import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { list, overdue, stat, survey } from './worker-list.mjs'

// The worker's own functions, called in this process.
let root: string
const directory = () => path.join(root, 'action/new')
const at = () => ({ root, kind: 'action', state: 'new' })

beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'spool-worker-'))
  fs.mkdirSync(directory(), { recursive: true })
})
afterEach(() => {
  vi.restoreAllMocks()
  fs.rmSync(root, { recursive: true, force: true })
})

function fill(count: number): string[] {
  const names = Array.from({ length: count }, (_, i) => `${i + 1}.json`)
  for (const name of names) fs.writeFileSync(path.join(directory(), name), '')
  return names
}

test('a look at many files shows progress and lets others have their turn', async () => {
  const names = fill(600)
  for (const look of [
    (progress: () => void) => stat({ ...at(), names }, progress),
    (progress: () => void) => overdue({ ...at(), before: Date.now(), limit: 600 }, progress),
  ]) {
    let told = 0
    let turns = 0
    let isDone = false
    const others = () => {
      turns++
      if (!isDone) setImmediate(others)
    }
    setImmediate(others)
    await look(() => {
      told++
    })
    isDone = true
    expect(told).toBeGreaterThanOrEqual(4)
    expect(turns).toBeGreaterThanOrEqual(4)
  }
})

test('who asks while a directory is read waits for that pass, and a change ends it', async () => {
  fill(10)
  fs.utimesSync(directory(), new Date(2020, 1), new Date(2020, 1))
  const opened = vi.spyOn(fs, 'opendirSync')
  const answers = await Promise.all([1, 2, 3].map(() => survey(at(), () => {})))
  expect(answers.map(({ files }) => files)).toEqual([10, 10, 10])
  expect(opened).toHaveBeenCalledTimes(1)
  fs.writeFileSync(path.join(directory(), '11.json'), '')
  expect(await survey(at(), () => {})).toMatchObject({ files: 11 })
  expect(opened).toHaveBeenCalledTimes(2)
})

test('of a pass no more places are kept than the next pages need', async () => {
  fill(2_500)
  fs.utimesSync(directory(), new Date(2020, 1), new Date(2020, 1))
  const opened = vi.spyOn(fs, 'opendirSync')
  const asked = async (size: number) => {
    opened.mockClear()
    expect((await list({ ...at(), size }, () => {})).rows).toHaveLength(size)
    return opened.mock.calls.length
  }
  expect([await asked(50), await asked(50)]).toEqual([1, 0])
  expect([await asked(2_400), await asked(2_400)]).toEqual([1, 1])
})
