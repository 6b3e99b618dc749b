import { ProgressBar } from '@/components/ui/progress-bar'
import { type EndpointState, STATE_MEANING } from '@/lib/mig/agents/status'

// From well to ill to away, as the bar is read.
const ORDER: EndpointState[] = ['online', 'late', 'unreachable', 'ahead', 'unknown', 'destroyed', 'gone']
// Rare enough to be left out while nothing is in them.
const RARE = new Set<EndpointState>(['ahead', 'unknown', 'destroyed'])

/** The states that a picture of the fleet shows, in its order. */
export function shownStates(byState: Record<EndpointState, number>): EndpointState[] {
  return ORDER.filter((state) => byState[state] > 0 || !RARE.has(state))
}

/** The fleet, or a group of it, as one bar of its states. */
export function StateBar({
  byState,
  total,
  label = 'Endpoints by state',
}: {
  byState: Record<EndpointState, number>
  total: number
  label?: string
}) {
  return (
    <ProgressBar
      label={label}
      total={total}
      segments={shownStates(byState).map((state) => ({
        key: state,
        label: STATE_MEANING[state].label,
        count: byState[state],
        tone: STATE_MEANING[state].tone,
      }))}
    />
  )
}
