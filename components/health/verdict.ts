import { formatCount, formatNumber, formatPercent } from '@/lib/format'
import type { EndpointState } from '@/lib/mig/agents/status'
import type { Tone } from '@/lib/mig/wire/status'

type Counts = { endpoints: number; byState: Record<EndpointState, number> }

export type Verdict = { tone: Tone; title: string; sentence: string }

/** Shares of the present endpoints that are late or unreachable, beyond which the fleet is no longer fine. */
const SOME = 0.05
const MUCH = 0.2

/** Endpoints that are neither gone nor destroyed: of which something is expected. */
function presentOf({ endpoints, byState }: Counts): number {
  return endpoints - byState.gone - byState.destroyed
}

/** Whether the fleet is fine, in a few words and a sentence; what is gone or destroyed does not count, silence of MIG says nothing. */
export function verdictOf(counts: Counts, isSilent: boolean, isPast: boolean): Verdict {
  const { byState } = counts
  const present = presentOf(counts)
  const [is, are] = isPast ? ['was', 'were'] : ['is', 'are']
  if (isSilent)
    return {
      tone: 'odd',
      title: `MIG ${is} silent: nothing can be said of single endpoints`,
      sentence: `${formatCount(counts.endpoints, 'endpoint')} ${counts.endpoints === 1 ? is : are} known. The states below say when they were last written down.`,
    }
  if (present === 0)
    return { tone: 'neutral', title: 'No endpoint is present', sentence: 'All that are known are gone or destroyed.' }
  const away = byState.unreachable + byState.late
  const sentence = `${formatNumber(byState.online)} of ${formatNumber(present)} present endpoints ${are} online (${formatPercent(byState.online, present)}), ${formatNumber(byState.late)} late, ${formatNumber(byState.unreachable)} unreachable.`
  if (away / present > MUCH) return { tone: 'bad', title: 'Much of the fleet does not answer', sentence }
  if (away / present > SOME) return { tone: 'attention', title: 'Some endpoints do not answer', sentence }
  return { tone: 'good', title: `The fleet ${is} fine`, sentence }
}

/** "+3 in a day"; null when yesterday is not known. */
export function sinceYesterday(now: number, before: number | undefined): string | null {
  if (before === undefined) return null
  if (now === before) return 'unchanged'
  return `${now > before ? '+' : '−'}${formatNumber(Math.abs(now - before))} in a day`
}
