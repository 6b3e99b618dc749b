import { CountLink } from '@/components/layout/nav-link'
import { CountBadge } from '@/components/ui/badge'
import type { Viewer } from '@/lib/auth/viewer'
import { formatCompact, formatCount } from '@/lib/format'
import { doubleList, offlineList } from '@/lib/mig/agents/search-params'
import { getFleet } from '@/lib/mig/health/fleet-queries'

/** How many names are offline or endpoints double, as last counted, for the sidebar; nothing when that cannot be told. */
export async function FleetCount({ viewer, of }: { viewer: Viewer; of: 'offline' | 'doubles' }) {
  // The page beside it says what is wrong.
  const fleet = await getFleet(viewer).catch(() => null)
  if (!fleet) return null
  const count = of === 'offline' ? fleet.offlineNames : fleet.doubles
  if (count === 0) return null
  return of === 'offline' ? (
    <CountLink href={offlineList.all}>
      <CountBadge count={formatCompact(count)} label={`${formatCount(count, 'name')} offline`} tone="bad" />
    </CountLink>
  ) : (
    <CountLink href={doubleList.all}>
      <CountBadge count={formatCompact(count)} label={formatCount(count, 'double agent')} tone="attention" />
    </CountLink>
  )
}
