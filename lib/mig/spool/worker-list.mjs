// @ts-check
// Listing a state: one pass in flat memory, and nothing at all while the directory has not changed.

import { look, openDirectory, pass, pause, Refused, safeName, statePath } from './worker-directory.mjs'
import { KEPT_PLACES, unchanged } from './worker-kept.mjs'
import { momentOf, nameFilter } from './worker-names.mjs'
import { factsOfContent, fitsContent } from './worker-peek.mjs'
import { heldScan, holdScan, Scanned, scanOf } from './worker-scan.mjs'
import { pageOf, Window } from './worker-window.mjs'

const MAX_PAGE = 20_000
const MAX_BARE = 50_000
/** How far a look into files goes. */
const LOOKED = 2_000
const LOOKED_MS = 1_000
/** Between so many looks at files others get their turn. */
const LOOKED_AT_ONCE = 128
/** A state of so many entries needs no background scan. */
const SCANNED_AT_ONCE = 2_000

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
    // The pages of an export are of the one scan that it began with.
    const held = needsFacts && typeof request.scan === 'number' ? heldScan(request.scan) : null
    const now = needsFacts && !held ? await scanNow(directory, progress) : null
    const scanned = held ?? now ?? (needsFacts ? scanOf(request.root, kind, state) : null)
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
    const facts = {
      total: found.total,
      matching: found.matching,
      scannedAt: now ? null : (scanned?.at ?? null),
      isCut: scanned?.isCut ?? false,
      scan: scanned && !now && request.hold === true ? holdScan(scanned) : (request.scan ?? null),
    }
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
