// @ts-check
// Answers that are kept as long as their directory has not changed.

import { createHash } from 'node:crypto'
import { isSettled } from './worker-stamp.mjs'

/** An answer that holds more names is not kept. */
export const KEPT_PLACES = 2_000
const KEPT_ANSWERS = 48

// Of every kind: each question reads back what it kept itself.
/** @type {Map<string, { stamp: string, value: any }>} */
const kept = new Map()
/** @type {Map<string, { stamp: string, value: Promise<any> }>} */
const making = new Map()

/**
 * What a pass over a directory gave, as long as its stamp says that no entry came or went since. Who asks while the pass is
 * under way waits for it. `size` is how many names a value holds: one of too many is not kept.
 * @template T
 * @param {import('./worker-directory.mjs').Directory} directory @param {string} question
 * @param {(value: T) => boolean} serves @param {(value: T) => number} size @param {() => Promise<T>} make
 * @returns {Promise<T>}
 */
export async function unchanged(directory, question, serves, size, make) {
  // A question may be long: it can hold thousands of ids.
  const key = createHash('sha256').update(question).digest('base64')
  const stamp = directory.stamp()
  const known = kept.get(key)
  if (known && known.stamp === stamp && serves(known.value)) {
    kept.delete(key)
    kept.set(key, known)
    return known.value
  }
  const settled = isSettled(stamp, directory.path)
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
