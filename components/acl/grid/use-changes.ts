import { useEffect, useEffectEvent, useState } from 'react'
import type { Changes } from './changes'
import { readStored, writeStored } from './store'

const QUIET = 250

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
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [hasSome])

  return { changes, setChanges, isKept }
}
