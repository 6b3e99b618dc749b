// @ts-check
// Counting a state: one pass in flat memory, and nothing at all while the directory has not changed.

import { look, openDirectory, pass, pause, statePath } from './worker-directory.mjs'
import { unchanged } from './worker-kept.mjs'
import { isStamped, LAST_NUMBER, OWN_NAMES } from './worker-names.mjs'

const MAX_LOOKED = 20_000
const STRANGERS_NAMED = 20
const STAMPED_NAMED = 500
/** Between so many looks at files others get their turn. */
const LOOKED_AT_ONCE = 128

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
  const limit = Math.min(Number(request.limit) || 1, MAX_LOOKED)
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
  const wanted = new Set(Array.isArray(request.ids) ? request.ids.slice(0, MAX_LOOKED) : [])
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
