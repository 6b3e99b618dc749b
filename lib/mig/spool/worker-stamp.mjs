// @ts-check
// Whether a directory's stamp tells of every change: two changes within one tick of the file system's clock leave the same
// stamp. That clock is ours on a local file system only; a share's own may be behind or ahead by hours.

import fs from 'node:fs'

/** The coarsest clock of a file system in use, with a margin. */
const TICK_NS = 2_000_000_000n
const TICK_MS = 2_000

/** ext, XFS, Btrfs, tmpfs, overlay, ZFS, F2FS: stamped by this machine's own clock. */
const LOCAL = new Set([0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1, 0xf2f52010])

/** @type {Map<string, boolean>} */
const locals = new Map()
/** The latest moment that each share has stamped anything with. @type {Map<string, bigint>} */
const clocks = new Map()
/** Since when a directory has had its stamp, by a clock that nobody sets. @type {Map<string, { stamp: string, since: number }>} */
const seen = new Map()

/**
 * Takes the clock of a file system from what it stamped last: the change time, which nobody can set.
 * @param {{ dev: bigint, ctimeNs: bigint }} stat
 */
export function heardClock({ dev, ctimeNs }) {
  const device = String(dev)
  if (ctimeNs > (clocks.get(device) ?? 0n)) clocks.set(device, ctimeNs)
}

/** What changes whenever an entry comes, goes or gets another name. @param {fs.BigIntStats} stat */
export function stampOf(stat) {
  heardClock(stat)
  const stamp = `${stat.dev}:${stat.ino}:${stat.ctimeNs}:${stat.mtimeNs}`
  const place = `${stat.dev}:${stat.ino}`
  if (seen.get(place)?.stamp !== stamp) seen.set(place, { stamp, since: performance.now() })
  return stamp
}

/** Whether every further change would give another stamp than this one. @param {string} stamp @param {string} at the directory */
export function isSettled(stamp, at) {
  const [device = '', inode, , modified = '0'] = stamp.split(':')
  const known = seen.get(`${device}:${inode}`)
  if (known?.stamp === stamp && performance.now() - known.since > TICK_MS) return true
  const clock = isLocal(device, at) ? BigInt(Date.now()) * 1_000_000n : (clocks.get(device) ?? 0n)
  return clock - BigInt(modified) > TICK_NS
}

/** Whether a file system is stamped by this machine's clock. @param {string} device @param {string} at */
export function isLocal(device, at) {
  let local = locals.get(device)
  if (local === undefined) {
    try {
      local = LOCAL.has(Number(fs.statfsSync(at).type))
    } catch {
      local = false
    }
    locals.set(device, local)
  }
  return local
}
