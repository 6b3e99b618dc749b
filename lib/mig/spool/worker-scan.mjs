// @ts-check
// The background scan: when every file was last written and how big it is, at a pace that leaves the disk and this process free
// for others. Kept in typed arrays outside of JavaScript's heap: some 60 bytes a file.

import { Buffer } from 'node:buffer'
import { randomInt } from 'node:crypto'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { eachEntry, look, openDirectory, pause, Refused, refusal, STATES } from './worker-directory.mjs'
import { isSettled } from './worker-stamp.mjs'

/** Work and rest of one slice: a fifth of the time at most. */
const WORK_MS = 5
const REST_MS = 20
const MAX_FILES = 2_000_000
/** A directory that has not changed is looked at again, because a file may have grown. */
const LOOK_AGAIN_MS = 300_000
const REST_AFTER_MS = 10_000
const REST_FACTOR = 10
const CHUNK = 8_192

/** Files of a state as the scan saw them. */
export class Scanned {
  constructor() {
    this.at = 0
    this.took = 0
    this.stamp = ''
    this.count = 0
    this.bytes = 0
    /** Entries beyond the most that are kept. */
    this.isCut = false
    this.names = Buffer.alloc(CHUNK * 32)
    this.used = 0
    this.ends = new Uint32Array(CHUNK)
    this.modified = new Float64Array(CHUNK)
    this.sizes = new Float64Array(CHUNK)
  }

  /** @param {string} name @param {number} modified milliseconds @param {number} bytes */
  add(name, modified, bytes) {
    if (this.count === this.ends.length) {
      this.ends = grown(this.ends, new Uint32Array(2 * this.count))
      this.modified = grown(this.modified, new Float64Array(2 * this.count))
      this.sizes = grown(this.sizes, new Float64Array(2 * this.count))
    }
    if (this.used + name.length > this.names.length)
      this.names = Buffer.concat([this.names], 2 * this.names.length + name.length)
    this.used += this.names.write(name, this.used, 'latin1')
    this.ends[this.count] = this.used
    this.modified[this.count] = modified
    this.sizes[this.count] = bytes
    this.count++
    if (!Number.isNaN(bytes)) this.bytes += bytes
  }

  /** Looks at one entry; what is no regular file has neither size nor time here. @param {import('./worker-directory.mjs').Directory} directory @param {string} name */
  look(directory, name) {
    const { kind, mtimeNs, size } = look(directory, name)
    if (kind === 'vanished') return
    if (kind !== 'file' || mtimeNs === null) this.add(name, Number.NaN, Number.NaN)
    else this.add(name, Number(mtimeNs / 1000n) / 1000, size ?? Number.NaN)
  }

  /**
   * Every file, with a pause now and then, so that short requests do not wait.
   * @param {(name: string, modified: number, bytes: number) => void} visit @param {(seen: number) => void} progress
   */
  async each(visit, progress) {
    let start = 0
    for (let i = 0; i < this.count; i++) {
      const end = /** @type {number} */ (this.ends[i])
      visit(
        this.names.toString('latin1', start, end),
        /** @type {number} */ (this.modified[i]),
        /** @type {number} */ (this.sizes[i]),
      )
      start = end
      if (i % 32_768 === 32_767) {
        progress(i)
        await pause()
      }
    }
  }

  /** Files by age: how many were written longer ago than each of the edges, and the extremes. @param {number[]} edges moments in milliseconds */
  ages(edges) {
    const older = edges.map(() => 0)
    let oldest = Infinity
    let newest = -Infinity
    for (let i = 0; i < this.count; i++) {
      const at = /** @type {number} */ (this.modified[i])
      if (Number.isNaN(at)) continue
      if (at < oldest) oldest = at
      if (at > newest) newest = at
      for (let e = 0; e < edges.length && at < /** @type {number} */ (edges[e]); e++)
        older[e] = /** @type {number} */ (older[e]) + 1
    }
    return { older, oldest: Number.isFinite(oldest) ? oldest : null, newest: Number.isFinite(newest) ? newest : null }
  }
}

/** @template {Uint32Array | Float64Array} A @param {A} from @param {A} to @returns {A} */
function grown(from, to) {
  to.set(from)
  return to
}

/** @type {Map<string, Scanned>} */
const finished = new Map()
/** @type {{ root: string, state: string, seen: number } | null} */
let running = null

/** What is known of a state, null before the first round; begins one where it is due. @param {string} root @param {string} kind @param {string} state */
export function scanOf(root, kind, state) {
  begin(root)
  return finished.get(`${root} ${kind}/${state}`) ?? null
}

/** So many scans are held for exports, each until nobody asked for it for a while. */
const MAX_HELD = 4
const HELD_MS = 300_000
/** @type {Map<number, { scanned: Scanned, asked: number }>} */
const held = new Map()

/** Keeps a scan for whoever pages through it, under a number. @param {Scanned} scanned */
export function holdScan(scanned) {
  for (const [number, one] of held) if (performance.now() - one.asked > HELD_MS) held.delete(number)
  for (const oldest of held.keys()) {
    if (held.size < MAX_HELD) break
    held.delete(oldest)
  }
  // Drawn by lot, so that a worker that replaced another one knows none of its numbers.
  const number = randomInt(2 ** 47)
  held.set(number, { scanned, asked: performance.now() })
  return number
}

/** The scan that was kept under a number; refused where it is gone. @param {number} number */
export function heldScan(number) {
  const one = held.get(number)
  if (!one) throw new Refused('scan-gone')
  held.delete(number)
  held.set(number, one)
  one.asked = performance.now()
  return one.scanned
}

/**
 * Begins a round where one is due, and says what the last one found: for each state its moment, bytes, and for each of the
 * edges (moments in milliseconds, the newest first) how many files were last written before it.
 * @param {any} request
 */
export function scan(request) {
  const edges = Array.isArray(request.edges) ? request.edges.slice(0, 20).map(Number) : []
  begin(request.root)
  const states = []
  for (const [kind, names] of STATES)
    for (const state of names) {
      const scanned = finished.get(`${request.root} ${kind}/${state}`)
      if (!scanned) continue
      const { at, took, count, bytes, isCut } = scanned
      states.push({ kind, state, at, took, files: count, bytes, isCut, ...scanned.ages(edges) })
    }
  const under = running
  return { states, running: under && under.root === request.root ? { state: under.state, seen: under.seen } : null }
}

/** @param {string} root */
function begin(root) {
  if (running) return
  running = { root, state: '', seen: 0 }
  void round(root).finally(() => {
    running = null
  })
}

/** @param {string} root */
async function round(root) {
  for (const [kind, states] of STATES)
    for (const state of states) {
      if (!process.connected) return
      const key = `${root} ${kind}/${state}`
      try {
        const scanned = await scanState(root, kind, state, finished.get(key) ?? null)
        if (scanned) finished.set(key, scanned)
      } catch (error) {
        // What cannot be read now is not known; the state's own page says why.
        if (refusal(error, 'directory').reason !== 'unreadable') finished.delete(key)
      }
    }
}

/** @param {string} root @param {string} kind @param {string} state @param {Scanned | null} last */
async function scanState(root, kind, state, last) {
  const directory = openDirectory(root, [kind, state], 'to-list')
  try {
    const began = Date.now()
    const stamp = directory.stamp()
    if (last) {
      const age = began - last.at
      if (age < REST_AFTER_MS || age < REST_FACTOR * last.took) return null
      if (stamp === last.stamp && age < LOOK_AGAIN_MS) return null
    }
    if (running) running.state = `${kind}/${state}`
    const scanned = new Scanned()
    scanned.stamp = isSettled(stamp, directory.path) ? stamp : ''
    /** @type {string[]} */
    let batch = []
    const lookAtBatch = async () => {
      let from = performance.now()
      for (const name of batch) {
        scanned.look(directory, name)
        if (running) running.seen = scanned.count
        if (performance.now() - from > WORK_MS) {
          await sleep(REST_MS)
          from = performance.now()
        }
      }
      batch = []
    }
    await eachEntry(
      directory,
      (name) => {
        if (scanned.count + batch.length < MAX_FILES) batch.push(name)
        else scanned.isCut = true
      },
      () => {},
      lookAtBatch,
    )
    await lookAtBatch()
    directory.recheck()
    scanned.at = Date.now()
    scanned.took = scanned.at - began
    return scanned
  } finally {
    directory.close()
  }
}
