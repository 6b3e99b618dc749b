import { useEffect, useEffectEvent, useState } from 'react'
import type { Changes } from './changes'
import { readStored, writeStored } from './store'

const QUIET = 250
/** How long after a click or a form the page may take to be left by it, in milliseconds. */
const WITHIN = 2000

/** The person's unsaved changes, kept in the tab's storage; leaving the site with some asks first. */
export function useChanges(viewer: string) {
  const [changes, setChanges] = useState<Changes>(() => readStored(viewer))
  const [isKept, setIsKept] = useState(true)
  const keep = useEffectEvent(() => setIsKept(writeStored(viewer, changes)))
  const { cells } = changes
  const hasSome = cells.size > 0

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is kept are the cells
  useEffect(() => {
    const timer = setTimeout(() => keep(), QUIET)
    return () => clearTimeout(timer)
  }, [cells])

  useEffect(() => {
    const atOnce = () => keep()
    window.addEventListener('pagehide', atOnce)
    return () => {
      window.removeEventListener('pagehide', atOnce)
      atOnce()
    }
  }, [])

  useEffect(() => {
    if (!hasSome) return
    let stays = 0
    const ask = (event: BeforeUnloadEvent) => {
      if (Date.now() - stays > WITHIN) event.preventDefault()
    }
    // A filter's form or a link of the site keeps the tab, and with it the changes.
    const note = (event: Event) => {
      const target = event.target as Element
      const to = target instanceof HTMLFormElement ? target.action : target.closest('a')?.href
      if (to && new URL(to, location.href).origin === location.origin) stays = Date.now()
    }
    window.addEventListener('beforeunload', ask)
    document.addEventListener('submit', note, true)
    document.addEventListener('click', note, true)
    return () => {
      window.removeEventListener('beforeunload', ask)
      document.removeEventListener('submit', note, true)
      document.removeEventListener('click', note, true)
    }
  }, [hasSome])

  return { changes, setChanges, isKept }
}
