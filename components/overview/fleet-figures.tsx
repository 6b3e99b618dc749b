import { StateBar, shownStates } from '@/components/agents/state-bar'
import { StatStrip } from '@/components/layout/stat-strip'
import { Card } from '@/components/ui/card'
import { formatNumber, formatPercent } from '@/lib/format'
import { agentList } from '@/lib/mig/agents/search-params'
import { STATE_MEANING } from '@/lib/mig/agents/status'
import type { Figures } from '@/lib/mig/health/figures'

/** Endpoints by state: one bar, and figures that add up to the total, each a link to exactly its rows. */
export function FleetFigures({ counts }: { counts: Pick<Figures, 'endpoints' | 'byState'> }) {
  const { byState, endpoints: total } = counts
  const shown = shownStates(byState)
  return (
    <div className="flex flex-col gap-3">
      <Card className="py-3">
        <StateBar byState={byState} total={total} />
      </Card>
      <StatStrip
        large
        label="Endpoints by state"
        stats={[
          { key: 'total', label: 'endpoints', value: formatNumber(total), href: agentList.all, note: 'in all' },
          ...shown.map((state) => ({
            key: state,
            label: STATE_MEANING[state].label,
            value: formatNumber(byState[state]),
            href: `${agentList.path}?state=${state}`,
            tone: byState[state] > 0 ? STATE_MEANING[state].tone : ('neutral' as const),
            note: formatPercent(byState[state], total),
          })),
        ]}
      />
    </div>
  )
}
