import { type Changes, NO_CHANGES, pack, unpack } from './changes'

const keyOf = (viewer: string) => `mig-acl-changes:${viewer}`

/** Whether this browser tab holds unsaved changes of this person. */
export function hasStored(viewer: string): boolean {
  return readText(viewer) !== null
}

/** The unsaved changes that this browser tab holds of this person: they outlive going to other windows and filters. */
export function readStored(viewer: string): Changes {
  const text = readText(viewer)
  return text === null ? NO_CHANGES : unpack(text)
}

/** Keeps the changes in this tab. False when the browser refuses to: then they live as long as the page. */
export function writeStored(viewer: string, changes: Changes): boolean {
  try {
    if (changes.cells.size === 0) sessionStorage.removeItem(keyOf(viewer))
    else sessionStorage.setItem(keyOf(viewer), pack(changes))
    return true
  } catch {
    return false
  }
}

function readText(viewer: string): string | null {
  try {
    return sessionStorage.getItem(keyOf(viewer))
  } catch {
    return null
  }
}
