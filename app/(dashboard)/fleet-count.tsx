import { CountBadge } from '@/components/ui/badge'
import type { Viewer } from '@/lib/auth/viewer'
import { formatCompact, formatCount } from '@/lib/format'
import { getFleet } from '@/lib/mig/health/queries'

/** How many names are offline or endpoints double, as last counted, for the sidebar; nothing when that cannot be told. */
export async function FleetCount({ viewer, of }: { viewer: Viewer; of: 'offline' | 'doubles' }) {
  // The page beside it says what is wrong.
  const fleet = await getFleet(viewer).catch(() => null)
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
