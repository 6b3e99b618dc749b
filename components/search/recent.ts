import type { Store } from './browser-store'

/** A place where the person was, as the page called itself. */
export type Recent = { href: string; title: string }

const MOST = 8
const keyOf = (person: string) => `recent:${person}`

/** Where this person was in this tab, the newest first. */
export function recentPlaces(store: Store, person: string): Recent[] {
  try {
    const kept: unknown = JSON.parse(store.getItem(keyOf(person)) ?? '[]')
    if (!Array.isArray(kept)) return []
    return kept.filter(isRecent).slice(0, MOST)
  } catch {
    return []
  }
}

/** Puts a place in front of the others. A browser that keeps nothing is no failure. */
export function rememberPlace(store: Store, person: string, place: Recent): void {
  const others = recentPlaces(store, person).filter(({ href }) => href !== place.href)
  try {
    store.setItem(keyOf(person), JSON.stringify([place, ...others].slice(0, MOST)))
  } catch {
    // Full, or forbidden.
  }
}

// Only an address of this site: what the store holds is not trusted to be ours.
function isRecent(value: unknown): value is Recent {
  if (typeof value !== 'object' || value === null) return false
  const { href, title } = value as Partial<Recent>
  return typeof href === 'string' && /^\/(?![/\\])[^\s\\]*$/.test(href) && typeof title === 'string'
}
