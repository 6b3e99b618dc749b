import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { overdue, stat } from './worker-list.mjs'

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
