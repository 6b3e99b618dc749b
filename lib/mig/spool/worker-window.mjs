// @ts-check
// A page out of a stream in one pass: the first entries behind a place, in any order, without holding or sorting all of them.

/** A place in an order: a number and, where numbers are equal, the name. @typedef {{ key: number, name: string }} Place */

/** @typedef {{ descending: boolean, after: Place | null, before: Place | null }} From */

/** @param {Place} a @param {Place} b */
const ascending = (a, b) =>
  a.key === b.key ? (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) : a.key < b.key ? -1 : 1

/** Collects the `keep` entries behind `after`, or before `before`, and counts those that come earlier in the order. */
export class Window {
  /** @param {number} keep @param {From} from */
  constructor(keep, { descending, after, before }) {
    this.keep = keep
    this.backwards = after === null && before !== null
    this.edge = after ?? before
    this.compare = descending ? (/** @type {Place} */ a, /** @type {Place} */ b) => ascending(b, a) : ascending
    this.matching = 0
    this.passed = 0
    /** @type {Place[]} */
    this.held = []
    /** @type {Place | null} */
    this.limit = null
  }

  /** @param {number} key @param {string} name */
  offer(key, name) {
    this.matching++
    const { edge, backwards, compare, limit } = this
    // Compared by hand first: most of a million entries end here.
    const place = { key, name }
    if (edge !== null) {
      const side = compare(place, edge)
      if (backwards ? side >= 0 : side <= 0) {
        if (!backwards) this.passed++
        return
      }
      if (backwards) this.passed++
    }
    if (limit !== null && (backwards ? compare(place, limit) < 0 : compare(place, limit) > 0)) return
    this.held.push(place)
    if (this.held.length >= 2 * this.keep) this.cut()
  }

  cut() {
    this.held.sort(this.compare)
    this.held = this.backwards ? this.held.slice(-this.keep) : this.held.slice(0, this.keep)
    if (this.held.length === this.keep)
      this.limit = /** @type {Place} */ (this.backwards ? this.held[0] : this.held.at(-1))
  }

  /** What was found, in order; `preceding` entries come before the first of it. */
  finish() {
    this.cut()
    const { held, backwards, passed, matching } = this
    const preceding = backwards ? passed - held.length : passed
    return { places: held, preceding, matching }
  }
}

/** @typedef {{ places: Place[], preceding: number, matching: number, total: number, low: Place | null, high: Place | null, compare: (a: Place, b: Place) => number }} Kept */

/**
 * The page that a kept window holds in full, or null.
 * @param {Kept} kept @param {number} size @param {From} from
 */
export function pageOf({ places, preceding, matching, low, high, compare }, size, { after, before }) {
  const edge = after ?? before
  let at = 0
  if (edge !== null) {
    // Places before the kept ones are not known, but where those begin with the first of all.
    if (preceding > 0 && low !== null && compare(edge, low) < 0) return null
    at = firstFrom(places, edge, compare, after !== null)
  } else if (preceding > 0) return null
  const [start, end] = after === null && before !== null ? [at - size, at] : [at, at + size]
  if (start < 0 && preceding > 0) return null
  const isLast = preceding + places.length >= matching
  if (end > places.length && !isLast) return null
  // Between the last kept place and the edge there may be others, but where the pass itself ended at that edge.
  if (
    after === null &&
    before !== null &&
    at === places.length &&
    !isLast &&
    !(high !== null && compare(before, high) <= 0)
  )
    return null
  const from = Math.max(0, start)
  return { places: places.slice(from, Math.max(end, from)), preceding: preceding + from }
}

/** Index of the first place behind the edge, or from it on. @param {Place[]} places @param {Place} edge @param {(a: Place, b: Place) => number} compare @param {boolean} behind */
function firstFrom(places, edge, compare, behind) {
  let low = 0
  let high = places.length
  while (low < high) {
    const middle = (low + high) >> 1
    const side = compare(/** @type {Place} */ (places[middle]), edge)
    if (behind ? side <= 0 : side < 0) low = middle + 1
    else high = middle
  }
  return low
}
