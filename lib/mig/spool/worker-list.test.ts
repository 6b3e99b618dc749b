import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { overdue, survey } from './worker-count.mjs'
import { eachEntryByItself, openDirectory, pass } from './worker-directory.mjs'
import { list, stat } from './worker-list.mjs'
import { scan } from './worker-scan.mjs'

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

/** A share on another machine: its clock is behind ours, and ticks in steps of two seconds. */
function onShare(behindMs: number): void {
  const coarse = (ns: bigint) => ((ns - BigInt(behindMs) * 1_000_000n) / 2_000_000_000n) * 2_000_000_000n
  vi.spyOn(fs, 'statfsSync').mockReturnValue({ type: 0x6969 } as never)
  for (const name of ['fstatSync', 'lstatSync'] as const) {
    const real = fs[name] as (...args: unknown[]) => fs.BigIntStats
    vi.spyOn(fs, name as 'lstatSync').mockImplementation(((...args: unknown[]) => {
      const stat = real(...args)
      if (typeof stat.mtimeNs === 'bigint') {
        // A device of its own: what is known of the disk's clock does not count.
        stat.dev = 4_711n
        stat.mtimeNs = coarse(stat.mtimeNs)
        stat.ctimeNs = coarse(stat.ctimeNs)
      }
      return stat
    }) as never)
  }
}

test.each([600_000, -600_000])(
  'a change within the tick of a share whose clock is %i ms behind is seen',
  async (behind) => {
    onShare(behind)
    // Two changes within one tick leave one stamp.
    while (Date.now() % 2_000 > 800) await new Promise((resume) => setTimeout(resume, 50))
    fill(10)
    expect(await survey(at(), () => {})).toMatchObject({ files: 10 })
    fs.writeFileSync(path.join(directory(), '11.json'), '')
    expect(await survey(at(), () => {})).toMatchObject({ files: 11 })
    // Two seconds with one stamp are enough, whatever the clocks say.
    await new Promise((resume) => setTimeout(resume, 2_300))
    const opened = vi.spyOn(fs, 'opendirSync')
    for (let i = 0; i < 3; i++) expect(await survey(at(), () => {})).toMatchObject({ files: 11 })
    expect(opened).toHaveBeenCalledTimes(1)
  },
)

test('an entry that vanishes where the system does not tell the kinds costs that entry only, whatever the names', async () => {
  const names = ['1.json', 'b\u00e4', '\u202e', 'line\nbreak', ...fill(200)]
  for (const name of names) fs.writeFileSync(path.join(directory(), name), '')
  fs.mkdirSync(path.join(directory(), 'directory'))
  const opened = openDirectory(root, ['action', 'new'], 'to-list')
  const found = new Map<string, string>()
  const real = fs.opendirSync
  let failures = 0
  vi.spyOn(fs, 'opendirSync').mockImplementation(((...args: Parameters<typeof fs.opendirSync>) => {
    const stream = real(...args)
    const read = stream.readSync.bind(stream)
    let count = 0
    stream.readSync = () => {
      if (++count % 50 !== 49) return read()
      failures++
      throw Object.assign(new Error('gone'), { code: 'ENOENT' })
    }
    return stream
  }) as typeof fs.opendirSync)
  const result = await pass(
    opened,
    () => {
      found.clear()
      return { visit: (name, kind) => found.set(name, kind), result: () => found.size }
    },
    () => {},
  )
  opened.close()
  expect(failures).toBeGreaterThan(3)
  expect(result).toBe(new Set(names).size + 1)
  const latin1 = (name: string) => Buffer.from(name, 'utf8').toString('latin1')
  for (const name of names) expect(found.get(latin1(name)), name).toBe('file')
  expect(found.get('directory')).toBe('directory')
})

test('a slow walk over many entries lets others have their turn', async () => {
  fill(1_000)
  const opened = openDirectory(root, ['action', 'new'], 'to-list')
  let turns = 0
  let isDone = false
  const others = () => {
    turns++
    if (!isDone) setImmediate(others)
  }
  setImmediate(others)
  let seen = 0
  await eachEntryByItself(
    opened,
    () => {
      seen++
    },
    () => {},
  )
  isDone = true
  opened.close()
  expect(seen).toBe(1_000)
  expect(turns).toBeGreaterThanOrEqual(4)
})

test('the windows of an export are of one scan, whatever was written meanwhile', async () => {
  const names = fill(2_100)
  for (const [i, name] of names.entries()) fs.utimesSync(path.join(directory(), name), 1e9 + i, 1e9 + i)
  const scanned = async (after: number) => {
    for (;;) {
      const state = scan({ root, edges: [] }).states.find((one) => one.state === 'new')
      if (state && state.at > after) return state.at
      await new Promise((resume) => setTimeout(resume, 100))
    }
  }
  const first = await scanned(0)
  const ask = { ...at(), size: 1_000, order: 'modified', hold: true }
  const one = await list(ask, () => {})
  // Everything changes its place, and a new scan knows.
  for (const [i, name] of names.entries()) fs.utimesSync(path.join(directory(), name), 2e9 - i, 2e9 - i)
  fs.writeFileSync(path.join(directory(), 'new.json'), '')
  const clock = Date.now
  vi.spyOn(Date, 'now').mockImplementation(() => clock() + 60_000)
  await scanned(first)
  const given = one.rows.map(({ name }) => name)
  for (let page = one; given.length < 2_100; ) {
    const last = page.rows.at(-1)
    page = await list({ ...ask, hold: false, scan: one.scan, after: last?.name, afterKey: last?.key }, () => {})
    given.push(...page.rows.map(({ name }) => name))
  }
  expect(given).toEqual(names)
  expect((await list({ ...ask, size: 1 }, () => {})).rows[0]?.name).not.toBe('1.json')
  await expect(list({ ...ask, scan: 5 }, () => {})).rejects.toThrow('scan-gone')
}, 60_000)
