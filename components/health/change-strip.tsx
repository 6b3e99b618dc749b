import { StatStrip } from '@/components/layout/stat-strip'
import { formatNumber } from '@/lib/format'
import { CHANGE_MEANING, CHANGES, type Change } from '@/lib/mig/health/changes'
import { type DifferenceParams, differenceList } from '@/lib/mig/health/search-params'

/** How many endpoints each change happened to, each a link to exactly them; the listed one is marked. */
export function ChangeStrip({ params, counts }: { params: DifferenceParams; counts: Record<Change, number> }) {
  return (
    <StatStrip
      label="Changes"
      stats={CHANGES.map((change) => ({
        key: change,
        label: CHANGE_MEANING[change].label,
        value: formatNumber(counts[change]),
        tone: counts[change] > 0 ? CHANGE_MEANING[change].tone : 'neutral',
        // Other changes are counted over all endpoints: their lists begin without further filters.
        href: differenceList.href(params, {
          filters: {
            change: change === 'lost' ? null : change,
            name: null,
            queueloc: null,
            os: null,
            version: null,
          },
        }),
        ...(change === params.filters.change && { note: 'listed below' }),
      }))}
    />
  )
}
