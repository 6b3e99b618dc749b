// @ts-check
// Counting and listing a state: one pass in flat memory, and nothing at all while the directory has not changed.

import { createHash } from 'node:crypto'
import { look, openDirectory, pass, pause, Refused, safeName, statePath } from './worker-directory.mjs'
import { isStamped, LAST_NUMBER, momentOf, nameFilter, OWN_NAMES } from './worker-names.mjs'
import { factsOfContent, fitsContent } from './worker-peek.mjs'
import { Scanned, scanOf } from './worker-scan.mjs'
import { pageOf, Window } from './worker-window.mjs'

const MAX_PAGE = 20_000
const MAX_BARE = 50_000
/** So many entries behind a place are kept of a pass, so that the next pages cost none. */
const KEPT_PLACES = 2_000
const KEPT_ANSWERS = 48
/** How far a look into files goes. */
const LOOKED = 2_000
const LOOKED_MS = 1_000
const STRANGERS_NAMED = 20
/** Between so many looks at files others get their turn. */
const LOOKED_AT_ONCE = 128
/** A state of so many entries needs no background scan. */
const SCANNED_AT_ONCE = 2_000
const STAMPED_NAMED = 500
/** A directory that changed a moment ago may change again within the same tick of its file system's clock. */
const TICK_MS = 2_000

// Of every kind: each question reads back what it kept itself.
/** @type {Map<string, { stamp: string, value: any }>} */
const kept = new Map()
/** @type {Map<string, { stamp: string, value: Promise<any> }>} */
const making = new Map()

/** Whether the directory changed so long ago that its stamp would tell of any change since. @param {string} stamp */
function isSettled(stamp) {
  const changed = Number(BigInt(stamp.slice(stamp.lastIndexOf(':') + 1)) / 1_000_000n)
  return Date.now() - changed > TICK_MS
}

/**
 * What a pass over a directory gave, as long as its stamp says that no entry came or went since. Who asks while the pass is
 * under way waits for it. `size` is how many names a value holds: one of too many is not kept.
 * @template T
 * @param {import('./worker-directory.mjs').Directory} directory @param {string} question
 * @param {(value: T) => boolean} serves @param {(value: T) => number} size @param {() => Promise<T>} make
 * @returns {Promise<T>}
 */
async function unchanged(directory, question, serves, size, make) {
  // A question may be long: it can hold thousands of ids.
  const key = createHash('sha256').update(question).digest('base64')
  const stamp = directory.stamp()
  const known = kept.get(key)
  if (known && known.stamp === stamp && serves(known.value)) {
    kept.delete(key)
    kept.set(key, known)
    return known.value
  }
  const settled = isSettled(stamp)
  const other = making.get(key)
  if (settled && other?.stamp === stamp) {
    const value = await other.value.catch(() => null)
    if (value !== null && serves(value)) return value
  }
  const made = make()
  const own = { stamp, value: made }
  making.set(key, own)
  try {
    const value = await made
    if (known?.stamp !== stamp) kept.delete(key)
    if (settled && size(value) <= KEPT_PLACES && directory.stamp() === stamp) {
      kept.delete(key)
      kept.set(key, { stamp, value })
      for (const oldest of kept.keys()) {
        if (kept.size <= KEPT_ANSWERS) break
        kept.delete(oldest)
      }
    }
    return value
  } finally {
    if (making.get(key) === own) making.delete(key)
  }
}

/** Compares two digit strings without leading zeros as numbers. @param {string} a @param {string} b */
function lessDigits(a, b) {
  return a.length === b.length ? a < b : a.length < b.length
}

/**
 * Counts a state's entries; `extremes` holds names among which are those with the oldest and the newest moment: the least and
 * the greatest number for each length and first digit, because what a number means depends on its size (mig-domain.md 3.1).
 * `stamped` are names in action/invalid that may be the nanosecond of a failure.
 * @param {any} request @param {(seen: number) => void} progress
 */
export async function survey(request, progress) {
  const [kind, state] = statePath(request)
  const own = /** @type {RegExp} */ (OWN_NAMES[`${kind}/${state}`])
  const mayBeStamped = kind === 'action' && state === 'invalid'
  const directory = openDirectory(request.root, [kind, state], 'to-list')
  const begin = () => {
    let files = 0
    let strangers = 0
    let others = 0
    let stamped = 0
    /** @type {string[]} */
    const stampedNames = []
    /** @type {string[]} */
    const named = []
    /** @type {Map<string, { least: string, leastName: string, greatest: string, greatestName: string }>} */
    const buckets = new Map()
    return {
      visit(/** @type {string} */ name, /** @type {string} */ entryKind) {
        const regular = entryKind === 'file' || entryKind === 'unknown'
        if (regular) files++
        else others++
        if (!regular || !own.test(name)) {
          strangers++
          if (named.length < STRANGERS_NAMED) named.push(name)
          return
        }
        const digits = LAST_NUMBER.exec(name)?.[1]
        if (digits === undefined) return
        if (mayBeStamped && isStamped(name)) {
          stamped++
          if (stampedNames.length < STAMPED_NAMED) stampedNames.push(name)
        }
        const key = digits.length + /** @type {string} */ (digits[0])
        const bucket = buckets.get(key)
        if (!bucket) {
          buckets.set(key, { least: digits, leastName: name, greatest: digits, greatestName: name })
          return
        }
        if (lessDigits(digits, bucket.least)) {
          bucket.least = digits
          bucket.leastName = name
        }
        if (lessDigits(bucket.greatest, digits)) {
          bucket.greatest = digits
          bucket.greatestName = name
        }
      },
      result: () => ({
        files,
        others,
        strangers,
        strangerNames: named.sort(),
        extremes: [...new Set([...buckets.values()].flatMap((b) => [b.leastName, b.greatestName]))],
        stamped: { count: stamped, names: stampedNames },
      }),
    }
  }
  try {
    return await unchanged(
      directory,
      `survey ${request.root} ${kind}/${state}`,
      () => true,
      ({ stamped }) => stamped.names.length,
      () => pass(directory, begin, progress),
    )
  } finally {
    directory.close()
  }
}

/**
 * How many of a state's files were last written before a moment; looks at so many files at most.
 * @param {any} request @param {(seen: number) => void} progress
 */
export async function overdue(request, progress) {
  const [kind, state] = statePath(request)
  const limit = Math.min(Number(request.limit) || 1, MAX_PAGE)
  const directory = openDirectory(request.root, [kind, state], 'to-list')
  try {
    const names = await unchanged(
      directory,
      `names ${request.root} ${kind}/${state} ${limit}`,
      () => true,
      ({ first }) => first.length,
      () =>
        pass(
          directory,
          () => {
            let total = 0
            /** @type {string[]} */
            const first = []
            return {
              visit(name) {
                total++
                if (first.length < limit) first.push(name)
              },
              result: () => ({ total, first }),
            }
          },
          progress,
        ),
    )
    let count = 0
    let oldest = null
    for (const [i, name] of names.first.entries()) {
      const entry = look(directory, name)
      if (entry.kind === 'file' && entry.mtimeNs !== null) {
        const modified = Number(entry.mtimeNs / 1_000_000n)
        if (modified < request.before) count++
        if (oldest === null || entry.mtimeNs < oldest) oldest = entry.mtimeNs
      }
      if (i % LOOKED_AT_ONCE === LOOKED_AT_ONCE - 1) {
        progress(i)
        await pause()
      }
    }
    return { total: names.total, looked: names.first.length, overdue: count, oldest }
  } finally {
    directory.close()
  }
}

/** How many files of these actions' commands a state holds, by action. @param {any} request @param {(seen: number) => void} progress */
export async function tally(request, progress) {
  const [kind, state] = statePath(request)
  const wanted = new Set(Array.isArray(request.ids) ? request.ids.slice(0, MAX_PAGE) : [])
  const directory = openDirectory(request.root, [kind, state], 'to-list')
  const begin = () => {
    /** @type {Map<string, number>} */
    const counts = new Map()
    return {
      visit(/** @type {string} */ name) {
        const id = name.slice(0, Math.max(0, name.indexOf('-')))
        if (wanted.has(id)) counts.set(id, (counts.get(id) ?? 0) + 1)
      },
      result: () => [...counts].map(([id, files]) => ({ id, files })),
    }
  }
  try {
    const key = `tally ${request.root} ${kind}/${state} ${[...wanted].join()}`
    return {
      counts: await unchanged(
        directory,
        key,
        () => true,
        (counts) => counts.length,
        () => pass(directory, begin, progress),
      ),
    }
  } finally {
    directory.close()
  }
}

const ORDERS = new Set(['file', 'moment', 'modified', 'bytes'])

/** @param {any} request */
function orderOf(request) {
  const order = ORDERS.has(request.order) ? String(request.order) : 'file'
  const descending = request.descending === true
  const place = (/** @type {unknown} */ name, /** @type {unknown} */ key) =>
    typeof name === 'string' ? { key: typeof key === 'number' ? key : 0, name } : null
  const after = place(request.after, request.afterKey)
  const before = after === null ? place(request.before, request.beforeKey) : null
  return { order, descending, after, before }
}

/**
 * One page of a state in byte order of the names, by the moment that they carry, or by what the background scan found, with
 * exact totals, from one pass that keeps some pages at most. Entries without a key come last.
 * @param {any} request @param {(seen: number) => void} progress
 */
export async function list(request, progress) {
  const [kind, state] = statePath(request)
  const bare = request.bare === true
  const size = Math.min(Math.max(1, Math.trunc(Number(request.size)) || 1), bare ? MAX_BARE : MAX_PAGE)
  const { order, descending, after, before } = orderOf(request)
  const { minBytes, maxBytes, writtenBefore, writtenAfter } = request
  const match = { ...request.match }
  const byFacts = [minBytes, maxBytes, writtenBefore, writtenAfter].some((bound) => typeof bound === 'number')
  const content = request.content ?? null
  const directory = openDirectory(request.root, [kind, state], 'to-list')
  const none = descending ? -Infinity : Infinity
  try {
    const needsFacts = byFacts || order === 'modified' || order === 'bytes'
    const now = needsFacts ? await scanNow(directory, progress) : null
    const scanned = now ?? (needsFacts ? scanOf(request.root, kind, state) : null)
    if (needsFacts && !scanned) throw new Refused('not-scanned')
    const keep = content ? LOOKED : bare ? size : Math.max(KEPT_PLACES, size)
    const begin = () => {
      let total = 0
      const fits = nameFilter(kind, state, match)
      const window = new Window(keep, { descending, after, before })
      return {
        /** @param {string} name @param {number} [key] */
        visit(name, key) {
          total++
          if (fits !== null && !fits(name)) return
          window.offer(key ?? (order === 'moment' ? (momentOf(kind, state, name) ?? none) : 0), name)
        },
        result() {
          const { places, preceding, matching } = window.finish()
          const low = after ?? places[0] ?? null
          return { places, preceding, matching, total, low, high: before, compare: window.compare }
        },
      }
    }
    const fromDirectory = () =>
      pass(
        directory,
        () => {
          const { visit, result } = begin()
          return { visit: (name) => visit(name), result }
        },
        progress,
      )
    const fromScan = async () => {
      const { visit, result } = begin()
      let counted = 0
      await scanned?.each((name, modified, bytes) => {
        counted++
        if (typeof minBytes === 'number' && !(bytes >= minBytes)) return
        if (typeof maxBytes === 'number' && !(bytes <= maxBytes)) return
        if (typeof writtenBefore === 'number' && !(modified < writtenBefore)) return
        if (typeof writtenAfter === 'number' && !(modified >= writtenAfter)) return
        const key = order === 'modified' ? modified : order === 'bytes' ? bytes : undefined
        visit(name, key === undefined || !Number.isNaN(key) ? key : none)
      }, progress)
      return { ...result(), total: counted }
    }
    const from = { descending, after, before }
    const key = `list ${request.root} ${kind}/${state} ${order} ${descending} ${JSON.stringify(match)}`
    const found = scanned
      ? await fromScan()
      : bare || content
        ? await fromDirectory()
        : await unchanged(
            directory,
            key,
            (one) => pageOf(one, size, from) !== null,
            (one) => one.places.length,
            fromDirectory,
          )
    const facts = { total: found.total, matching: found.matching, scannedAt: now ? null : (scanned?.at ?? null) }
    if (content) return { ...facts, ...(await lookInto(directory, found, size, content, [kind, state], progress)) }
    // The pass itself was for this page: what it did not give is not there.
    const page = /** @type {NonNullable<ReturnType<typeof pageOf>>} */ (pageOf(found, size, from))
    const rows = []
    for (const { key: at, name } of page.places) {
      rows.push({ ...(bare ? { name } : look(directory, name)), key: Number.isFinite(at) ? at : null })
      if (rows.length % LOOKED_AT_ONCE === 0) {
        progress(found.total)
        await pause()
      }
    }
    directory.recheck()
    return { ...facts, preceding: page.preceding, rows, looked: null }
  } finally {
    directory.close()
  }
}

/**
 * Sizes and times of a directory that is small enough to be looked at while somebody waits; null for another one.
 * @param {import('./worker-directory.mjs').Directory} directory @param {(seen: number) => void} progress
 */
async function scanNow(directory, progress) {
  /** @type {string[]} */
  let names = []
  try {
    names = await pass(
      directory,
      () => {
        /** @type {string[]} */
        const found = []
        return {
          visit(name) {
            if (found.length === SCANNED_AT_ONCE) throw new Refused('many')
            found.push(name)
          },
          result: () => found,
        }
      },
      progress,
    )
  } catch (error) {
    if (error instanceof Refused && error.reason === 'many') return null
    throw error
  }
  const scanned = new Scanned()
  for (const [i, name] of names.entries()) {
    scanned.look(directory, name)
    if (i % LOOKED_AT_ONCE === LOOKED_AT_ONCE - 1) {
      progress(i)
      await pause()
    }
  }
  return scanned
}

/**
 * The files of a window whose content fits, until the page is full or the look is long enough; `looked.next` is where to go on.
 * @param {import('./worker-directory.mjs').Directory} directory @param {import('./worker-window.mjs').Kept} found @param {number} size
 * @param {any} content @param {[string, string]} at @param {(seen: number) => void} progress
 */
async function lookInto(directory, { places, preceding, matching }, size, content, [kind, state], progress) {
  const began = performance.now()
  const rows = []
  let looked = 0
  let unread = 0
  /** @type {import('./worker-window.mjs').Place | null} */
  let last = null
  for (const place of places) {
    if (rows.length >= size || performance.now() - began > LOOKED_MS) break
    looked++
    last = place
    const facts = factsOfContent(directory, kind, state, place.name)
    if (facts?.state === 'too-big' || facts?.state === 'unread') unread++
    if (facts && fitsContent(facts, content))
      rows.push({ ...look(directory, place.name), key: Number.isFinite(place.key) ? place.key : null })
    if (looked % 64 === 0) {
      progress(looked)
      await pause()
    }
  }
  directory.recheck()
  const isDone = preceding + looked >= matching
  return {
    preceding,
    rows,
    looked: {
      from: preceding,
      files: looked,
      unread,
      next: isDone || !last ? null : { name: last.name, key: Number.isFinite(last.key) ? last.key : null },
    },
  }
}

/** What is known of these files without opening them. @param {any} request @param {(seen: number) => void} progress */
export async function stat(request, progress) {
  const [kind, state] = statePath(request)
  if (!Array.isArray(request.names) || request.names.length > MAX_PAGE) throw new Refused('bad-name')
  const names = request.names.map(safeName)
  const directory = openDirectory(request.root, [kind, state], 'to-reach')
  try {
    const rows = []
    for (const name of names) {
      rows.push({ ...look(directory, name), key: null })
      if (rows.length % LOOKED_AT_ONCE === 0) {
        progress(rows.length)
        await pause()
      }
    }
    return { rows }
  } finally {
    directory.close()
  }
}

/** What these files say, as far as it can be told without the site's own parser. @param {any} request @param {(seen: number) => void} progress */
export async function peek(request, progress) {
  const [kind, state] = statePath(request)
  if (!Array.isArray(request.names) || request.names.length > MAX_PAGE) throw new Refused('bad-name')
  const names = request.names.map(safeName)
  const directory = openDirectory(request.root, [kind, state], 'to-reach')
  try {
    const rows = []
    for (const name of names) {
      rows.push({ name, facts: factsOfContent(directory, kind, state, name) })
      if (rows.length % 32 === 0) {
        progress(rows.length)
        await pause()
      }
    }
    return { rows }
  } finally {
    directory.close()
  }
}
