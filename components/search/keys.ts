/** Where "g" and a letter go, and what the other single keys do. */
export const GO: Readonly<Record<string, { label: string; href: string }>> = {
  h: { label: 'Overview', href: '/' },
  a: { label: 'Actions', href: '/actions' },
  c: { label: 'Commands', href: '/commands' },
  e: { label: 'Agents (endpoints)', href: '/agents' },
  o: { label: 'Offline agents', href: '/agents/offline' },
  d: { label: 'Double agents', href: '/agents/doubles' },
  f: { label: 'Health of the fleet', href: '/agents/health' },
  r: { label: 'ACL requirements', href: '/acl/requirements' },
  p: { label: 'ACL permissions', href: '/acl/permissions' },
  w: { label: 'What if', href: '/acl/what-if' },
  i: { label: 'Investigators', href: '/investigators' },
  s: { label: 'Spool', href: '/spool' },
  u: { label: 'Audit', href: '/audit' },
}

export const KEYS: readonly { keys: string; label: string }[] = [
  { keys: '/', label: 'To the first filter of the page' },
  { keys: 'j, k', label: 'To the next and the previous row of the list' },
  { keys: 'Enter', label: 'Open the row' },
  { keys: '?', label: 'This sheet' },
]

/** What holds however single keys are set, and the keys of what has keys of its own. */
export const LASTING: readonly { keys: string; label: string }[] = [
  { keys: 'Ctrl K or ⌘ K', label: 'Search' },
  { keys: 'Esc', label: 'Close what is open' },
  { keys: '↑ ↓', label: 'From a row to the one above or below; Home, End and Page go further' },
  { keys: 'Arrows', label: 'Walk through a grid, a chart or a strip of days that has the focus' },
]

/** Ctrl-K or ⌘K; not while an input method composes, and not what somebody else has answered. */
export function asksForSearch(event: Heard & Pressed & { shiftKey: boolean }): boolean {
  return (
    isHeard(event) &&
    event.key.toLowerCase() === 'k' &&
    (event.ctrlKey || event.metaKey) &&
    !event.altKey &&
    !event.shiftKey
  )
}

type Heard = { key?: string; repeat: boolean; isComposing: boolean; defaultPrevented: boolean }

/** Whether a key is meant for the page. A browser that fills in a form tells of keys without a name; a held "g" is one "g". */
export function isHeard({ key, repeat, isComposing, defaultPrevented }: Heard): boolean {
  return key !== undefined && !isComposing && !defaultPrevented && !(repeat && key === 'g')
}

export type Command = { go: string } | { does: 'filter' | 'next' | 'previous' | 'sheet' } | { begins: 'g' }

export type Pressed = { key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean }

/** What a key means, after "g" or not; null for a key that means nothing here. */
export function commandFor(pressed: Pressed, afterG: boolean): Command | null {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return null
  const { key } = pressed
  if (afterG) {
    const to = Object.hasOwn(GO, key) ? GO[key] : undefined
    return to ? { go: to.href } : null
  }
  if (key === 'g') return { begins: 'g' }
  if (key === '/') return { does: 'filter' }
  if (key === 'j') return { does: 'next' }
  if (key === 'k') return { does: 'previous' }
  if (key === '?') return { does: 'sheet' }
  return null
}

/** The text with the key typed at its end, or with its last character taken back; null for a key that types nothing. */
export function typedOnto(text: string, { key, ctrlKey, metaKey, isComposing }: Pressed & { isComposing: boolean }) {
  if (key === undefined || isComposing || ctrlKey || metaKey) return null
  const characters = [...text]
  if (key === 'Backspace') return characters.slice(0, -1).join('')
  return [...key].length === 1 ? text + key : null
}

const KEPT = 'single-keys'

/** Whether single keys do something; they do until the person turns them off in this browser. */
export function singleKeysOn(store: Pick<Storage, 'getItem'>): boolean {
  try {
    return store.getItem(KEPT) !== 'off'
  } catch {
    return true
  }
}

/** Turns single keys on or off in this browser; false where it keeps nothing. */
export function setSingleKeys(store: Pick<Storage, 'setItem'>, on: boolean): boolean {
  try {
    store.setItem(KEPT, on ? 'on' : 'off')
    return true
  } catch {
    return false
  }
}
