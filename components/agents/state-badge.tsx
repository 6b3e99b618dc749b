import { StatusBadge } from '@/components/ui/badge'
import { type EndpointState, STATE_MEANING } from '@/lib/mig/agents/status'

/** The computed state of an endpoint or a process, its meaning on hover. */
export function StateBadge({ state, bare }: { state: EndpointState; bare?: boolean }) {
  const { label, tone, meaning } = STATE_MEANING[state]
  return <StatusBadge label={label} tone={tone} title={meaning} bare={bare} />
}
