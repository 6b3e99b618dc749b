// @ts-check
// Directories and files of the spool, opened so that nothing leads out of it. Only the child process runs this. It never writes.
//
// Links: the root is what the operator configured and may be a link; the kind and state directories below it and the files
// in them are never followed when they are links. Every step is taken from the handle of the directory above (Linux, through
// /proc/self/fd); elsewhere the directories are compared before and after the file was opened.
//
// Names travel as latin1 strings: one character is one byte, so every name survives and strings compare like bytes.

import { Buffer } from 'node:buffer'
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { setImmediate } from 'node:timers'
import { heardClock, stampOf } from './worker-stamp.mjs'

// Opens a directory to walk through it, which needs no right to list it; Linux's flag, which Node does not name.
const O_PATH = 0o10000000
const { O_RDONLY, O_DIRECTORY = 0, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_NOCTTY = 0 } = fs.constants
// macOS refuses a link anywhere in the path with this flag, which Node does not name.
const NO_LINK_ANYWHERE = process.platform === 'darwin' ? 0x20000000 : 0

export const STATES = new Map([
  ['action', ['new', 'inflight', 'done', 'invalid']],
  ['command', ['ready', 'inflight', 'returned', 'done']],
])
const MAX_NAME_BYTES = 255
const BATCH = 4_096
const PROGRESS_EVERY_MS = 250

export class Refused extends Error {
  /** @param {string} reason @param {string} [code] @param {object} [facts] */
  constructor(reason, code, facts) {
    super(reason)
    this.reason = reason
    this.code = code
    this.facts = facts
  }
}

/** @param {unknown} error @returns {string} */
export function errno(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}

/** @param {unknown} error */
export function rootRefusal(error) {
  const { reason, code } = refusal(error, 'directory')
  return new Refused(`${reason}-root`, code)
}

/** @param {unknown} error @param {'directory' | 'file'} what @returns {Refused} */
export function refusal(error, what) {
  if (error instanceof Refused) return error
  const code = errno(error)
  if (code === 'ENOENT') return new Refused(what === 'file' ? 'vanished' : 'absent', code)
  if (code === 'ELOOP') return new Refused(what === 'file' ? 'not-regular' : 'link', code)
  if (code === 'ENOTDIR') return new Refused(what === 'file' ? 'vanished' : 'not-directory', code)
  if (code === 'ENXIO' || code === 'EISDIR') return new Refused('not-regular', code)
  if (code === 'ENAMETOOLONG') return new Refused('bad-name', code)
  return new Refused('unreadable', code)
}

/** @param {fs.Dirent | fs.BigIntStats} entry */
function kindOf(entry) {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'directory'
  if (entry.isSymbolicLink()) return 'link'
  if (entry.isFIFO()) return 'fifo'
  if (entry.isSocket()) return 'socket'
  if (entry.isBlockDevice() || entry.isCharacterDevice()) return 'device'
  return 'unknown'
}

/** @typedef {{ path: string, recheck: () => void, stamp: () => string, close: () => void }} Directory */

const byHandle = process.platform === 'linux' && !process.argv.includes('--by-path') && fs.existsSync('/proc/self/fd')

/**
 * The last directory is opened to be listed, or only to reach the files in it.
 * @param {string} root @param {string[]} below @param {'to-list' | 'to-reach'} purpose @returns {Directory}
 */
export function openDirectory(root, below, purpose) {
  return byHandle ? openByHandle(root, below, purpose) : openByPath(root, below)
}

/** @param {string} root @param {string[]} below @param {'to-list' | 'to-reach'} purpose @returns {Directory} */
function openByHandle(root, below, purpose) {
  const how = (/** @type {boolean} */ last) =>
    (last && purpose === 'to-list' ? O_RDONLY : O_PATH) | O_DIRECTORY | O_NONBLOCK
  let fd
  try {
    fd = fs.openSync(root, how(below.length === 0))
  } catch (error) {
    throw rootRefusal(error)
  }
  for (const [i, name] of below.entries()) {
    const above = fd
    const next = `/proc/self/fd/${above}/${name}`
    try {
      fd = fs.openSync(next, how(i === below.length - 1) | O_NOFOLLOW)
    } catch (error) {
      if (errno(error) === 'ENOTDIR' && isLink(next)) throw new Refused('link', 'ELOOP')
      throw refusal(error, 'directory')
    } finally {
      fs.closeSync(above)
    }
  }
  const held = fd
  return {
    path: `/proc/self/fd/${held}`,
    recheck: () => {},
    stamp: () => stampOf(fs.fstatSync(held, { bigint: true })),
    close: () => fs.closeSync(held),
  }
}

/** @param {string} at */
function isLink(at) {
  try {
    return fs.lstatSync(at).isSymbolicLink()
  } catch {
    return false
  }
}

/** @param {string} root @param {string[]} below @returns {Directory} */
function openByPath(root, below) {
  let real
  try {
    real = fs.realpathSync(root)
  } catch (error) {
    throw rootRefusal(error)
  }
  const steps = [real]
  for (const name of below) steps.push(path.join(/** @type {string} */ (steps.at(-1)), name))
  const identities = () =>
    steps.map((step, i) => {
      let stat
      try {
        stat = fs.lstatSync(step, { bigint: true })
      } catch (error) {
        throw i === 0 ? rootRefusal(error) : refusal(error, 'directory')
      }
      if (stat.isSymbolicLink()) throw new Refused('link', 'ELOOP')
      if (!stat.isDirectory()) throw new Refused(i === 0 ? 'not-directory-root' : 'not-directory', 'ENOTDIR')
      // Whoever swaps a directory away and back again changes the one above it.
      return `${stat.dev}:${stat.ino}:${i < steps.length - 1 ? stat.ctimeNs : ''}`
    })
  const before = identities().join()
  return {
    path: /** @type {string} */ (steps.at(-1)),
    recheck: () => {
      if (identities().join() !== before) throw new Refused('link', 'ELOOP')
    },
    stamp: () => stampOf(fs.lstatSync(/** @type {string} */ (steps.at(-1)), { bigint: true })),
    close: () => {},
  }
}

/** @param {{ kind: unknown, state: unknown }} request @returns {[string, string]} */
export function statePath(request) {
  const { kind, state } = request
  if (typeof kind !== 'string' || typeof state !== 'string' || !STATES.get(kind)?.includes(state))
    throw new Refused('bad-state')
  return [kind, state]
}

/** @param {unknown} name @returns {string} */
export function safeName(name) {
  if (typeof name !== 'string' || name === '' || name === '.' || name === '..' || name.length > MAX_NAME_BYTES)
    throw new Refused('bad-name')
  for (let i = 0; i < name.length; i++) {
    const byte = name.charCodeAt(i)
    if (byte === 0 || byte === 0x2f || byte > 255) throw new Refused('bad-name')
  }
  if (path.sep === '\\' && /[\\:]/.test(name)) throw new Refused('bad-name')
  return name
}

/** @param {Directory} directory @param {string} name */
function fileAt(directory, name) {
  return Buffer.concat([Buffer.from(`${directory.path}${path.sep}`), Buffer.from(name, 'latin1')])
}

export const pause = () => new Promise((resume) => setImmediate(resume))

/**
 * One pass over a directory in the order of the file system, with a pause between batches so that short requests do not wait.
 * @param {Directory} directory
 * @param {(name: string, kind: string) => void} visit
 * @param {(seen: number) => void} progress
 * @param {() => Promise<void>} between
 */
export async function eachEntry(directory, visit, progress, between = pause) {
  let seen = 0
  let told = performance.now()
  const breathe = async () => {
    if (performance.now() - told >= PROGRESS_EVERY_MS) {
      progress(seen)
      told = performance.now()
    }
    await between()
  }
  const stream = fs.opendirSync(directory.path, {
    encoding: /** @type {BufferEncoding} */ ('latin1'),
    bufferSize: 1024,
  })
  try {
    for (;;) {
      const entry = stream.readSync()
      if (entry === null) return
      visit(entry.name, kindOf(entry))
      if (++seen % BATCH === 0) await breathe()
    }
  } finally {
    stream.closeSync()
  }
}

/**
 * As eachEntry, one entry at a time. A file system that does not tell the kinds has Node look at every name, and fail at one
 * that vanished meanwhile: only that one is left out. Names are bytes here, because Node looks at the name that it gives.
 * @param {Directory} directory
 * @param {(name: string, kind: string) => void} visit
 * @param {(seen: number) => void} progress
 */
export async function eachEntryByItself(directory, visit, progress) {
  let seen = 0
  const stream = fs.opendirSync(directory.path, {
    encoding: /** @type {BufferEncoding} */ (/** @type {unknown} */ ('buffer')),
    bufferSize: 1,
  })
  try {
    for (;;) {
      // Each of these may be a look at the disk.
      if (++seen % 128 === 0) {
        progress(seen)
        await pause()
      }
      let entry
      try {
        entry = stream.readSync()
      } catch (error) {
        if (errno(error) === 'ENOENT') continue
        throw error
      }
      if (entry === null) return
      visit(Buffer.from(entry.name).toString('latin1'), kindOf(entry))
    }
  } finally {
    stream.closeSync()
  }
}

/**
 * A pass over a directory, which begins anew, more slowly, where an entry that vanished ended the first one.
 * @template T
 * @param {Directory} directory
 * @param {() => { visit: (name: string, kind: string) => void, result: () => T }} begin
 * @param {(seen: number) => void} progress
 * @returns {Promise<T>}
 */
export async function pass(directory, begin, progress) {
  for (const each of [eachEntry, eachEntryByItself]) {
    const { visit, result } = begin()
    try {
      await each(directory, visit, progress)
      directory.recheck()
      return result()
    } catch (error) {
      if (error instanceof Refused) throw error
      if (each === eachEntryByItself || errno(error) !== 'ENOENT') throw refusal(error, 'directory')
    }
  }
  throw new Refused('absent', 'ENOENT')
}

/** @param {Directory} directory @param {string} name */
export function look(directory, name) {
  try {
    const stat = fs.lstatSync(fileAt(directory, name), { bigint: true })
    heardClock(stat)
    return { name, kind: kindOf(stat), ...factsOf(stat) }
  } catch (error) {
    return {
      name,
      kind: errno(error) === 'ENOENT' ? 'vanished' : 'unknown',
      size: null,
      mtimeNs: null,
      mode: null,
      links: null,
    }
  }
}

/** @param {fs.BigIntStats} stat */
export function factsOf(stat) {
  return { size: Number(stat.size), mtimeNs: stat.mtimeNs, mode: Number(stat.mode) & 0o7777, links: Number(stat.nlink) }
}

/** Reads one regular file once, at most `cap` bytes. @param {any} request */
export function read(request) {
  const [kind, state] = statePath(request)
  const name = safeName(request.name)
  const cap = Number(request.cap)
  const directory = openDirectory(request.root, [kind, state], 'to-reach')
  try {
    return readIn(directory, name, cap)
  } catch (error) {
    throw refusal(error, 'file')
  } finally {
    directory.close()
  }
}

/** @param {Directory} directory @param {string} name @param {number} cap */
export function readIn(directory, name, cap) {
  const at = fileAt(directory, name)
  // Looked at first, because merely opening a device or a FIFO can have effects.
  const seen = fs.lstatSync(at, { bigint: true })
  if (!seen.isFile()) throw new Refused('not-regular', undefined, { kind: kindOf(seen), ...factsOf(seen) })
  const fd = fs.openSync(at, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | (byHandle ? 0 : NO_LINK_ANYWHERE))
  try {
    const opened = fs.fstatSync(fd, { bigint: true })
    if (!opened.isFile()) throw new Refused('not-regular', undefined, { kind: kindOf(opened), ...factsOf(opened) })
    if (!byHandle) {
      directory.recheck()
      const again = fs.lstatSync(at, { bigint: true })
      if (again.dev !== opened.dev || again.ino !== opened.ino) throw new Refused('vanished')
    }
    if (opened.size > BigInt(cap)) throw new Refused('too-big', undefined, { kind: 'file', ...factsOf(opened), cap })
    const buffer = Buffer.alloc(Math.min(Number(opened.size), cap) + 1)
    let length = 0
    while (length < buffer.length) {
      const got = fs.readSync(fd, buffer, length, buffer.length - length, null)
      if (got === 0) break
      length += got
    }
    const ended = fs.fstatSync(fd, { bigint: true })
    return {
      bytes: buffer.subarray(0, Math.min(length, Number(opened.size))),
      ...factsOf(opened),
      changed: length !== Number(opened.size) || ended.size !== opened.size || ended.mtimeNs !== opened.mtimeNs,
    }
  } finally {
    fs.closeSync(fd)
  }
}
