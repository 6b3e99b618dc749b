import type { Store } from './browser-store'

/** A place where the person was, as the page called itself. */
export type Recent = { href: string; title: string }

const MOST = 8
const keyOf = (person: string) => `recent:${person}`

/** Where this person was in this tab, the newest first. */
export function recentPlaces(store: Pick<Store, 'getItem'>, person: string): Recent[] {
  try {
    const kept: unknown = JSON.parse(store.getItem(keyOf(person)) ?? '[]')
    if (!Array.isArray(kept)) return []
    return kept.filter(isRecent).slice(0, MOST)
  } catch {
    return []
  }
}

/** Puts a place in front of the others. A browser that keeps nothing is no failure. */
export function rememberPlace(store: Pick<Store, 'getItem' | 'setItem'>, person: string, place: Recent): void {
  const others = recentPlaces(store, person).filter(({ href }) => href !== place.href)
  try {
    store.setItem(keyOf(person), JSON.stringify([place, ...others].slice(0, MOST)))
  } catch {
    // Full, or forbidden.
  }
}

/** Forgets where this person was: whoever signs in next in this tab is not told. */
export function forgetPlaces(store: Pick<Store, 'removeItem'>, person: string): void {
  try {
    store.removeItem(keyOf(person))
  } catch {
    // Forbidden: then nothing was kept.
  }
}

// Only an address of this site: what the store holds is not trusted to be ours.
function isRecent(value: unknown): value is Recent {
  if (typeof value !== 'object' || value === null) return false
  const { href, title } = value as Partial<Recent>
  return typeof href === 'string' && /^\/(?![/\\])[^\s\\]*$/.test(href) && typeof title === 'string'
}
