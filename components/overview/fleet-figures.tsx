import { shownStates } from '@/components/agents/state-bar'
import { VerdictCard } from '@/components/health/verdict-card'
import { StatStrip } from '@/components/layout/stat-strip'
import { TextLink } from '@/components/ui/text-link'
import { formatDuration, formatNumber, formatPercent } from '@/lib/format'
import { agentList } from '@/lib/mig/agents/search-params'
import type { Thresholds } from '@/lib/mig/agents/state'
import { STATE_MEANING } from '@/lib/mig/agents/status'
import type { Figures } from '@/lib/mig/health/figures'

/** Whether the fleet is fine, and endpoints by state: figures that add up to the total, each a link to exactly its rows. */
export function FleetFigures({
  fleet,
  isSilent,
}: {
  fleet: Pick<Figures, 'endpoints' | 'byState'> & { thresholds: Thresholds }
  isSilent: boolean
}) {
  const { byState, endpoints: total } = fleet
  const { period, timeout, goneAfter } = fleet.thresholds
  return (
    <div className="flex flex-col gap-3">
      <VerdictCard
        figures={fleet}
        isSilent={isSilent}
        remark={`Online: heard within ${formatDuration(2 * period)}; late: within ${formatDuration(timeout)}; gone: silent for ${formatDuration(goneAfter)}.`}
        action={
          <TextLink href="/agents/health" className="text-sm">
            Health over time
          </TextLink>
        }
      />
      <StatStrip
        large
        label="Endpoints by state"
        stats={[
          { key: 'total', label: 'endpoints', value: formatNumber(total), href: agentList.all, note: 'in all' },
          ...shownStates(byState).map((state) => ({
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
