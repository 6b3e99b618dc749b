import { cache } from 'react'
import { CountBadge } from '@/components/ui/badge'
import type { Viewer } from '@/lib/auth/viewer'
import { formatCompact, formatCount } from '@/lib/format'
import { getFleet } from '@/lib/mig/health/queries'

const fleetOf = cache((viewer: Viewer) =>
  getFleet(viewer).catch((error) => {
    // The page beside it says what is wrong.
    console.warn('The counts of the sidebar are left out:', error instanceof Error ? error.message : error)
    return null
  }),
)

/** How many names are offline or endpoints double, as last counted, for the sidebar; nothing when that cannot be told. */
export async function FleetCount({ viewer, of }: { viewer: Viewer; of: 'offline' | 'doubles' }) {
  const fleet = await fleetOf(viewer)
  if (!fleet) return null
  return of === 'offline' ? (
    <CountBadge
      count={formatCompact(fleet.offlineNames)}
      label={`${formatCount(fleet.offlineNames, 'name')} offline`}
      tone="bad"
    />
  ) : (
    <CountBadge
      count={formatCompact(fleet.doubles)}
      label={`${formatCount(fleet.doubles, 'double agent')}`}
      tone="attention"
    />
  )
}
