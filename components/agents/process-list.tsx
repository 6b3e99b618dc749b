import { Moment } from '@/components/feedback/moment'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { cn } from '@/lib/cn'
import { formatCount } from '@/lib/format'
import type { AgentDetail } from '@/lib/mig/agents/detail-queries'
import { agentStatus } from '@/lib/mig/wire/status'
import { StateBadge } from './state-badge'
import { VersionText } from './version-text'

/** The endpoint's processes, newest heartbeat first. */
export function ProcessList({ agent, now }: { agent: AgentDetail; now: string }) {
  const asked = agent.process.id
  const hidden = agent.processCount - agent.processes.length
  return (
    <div className="flex flex-col gap-2">
      <div className="overflow-x-auto rounded-md border border-line bg-surface">
        <table className="w-full border-separate border-spacing-0 text-sm">
          <caption className="sr-only">Processes of this endpoint</caption>
          <thead>
            <tr className="text-left text-muted text-xs [&>th]:h-row [&>th]:whitespace-nowrap [&>th]:px-2.5 [&>th]:font-medium">
              <th scope="col">Process</th>
              <th scope="col">State</th>
              <th scope="col">Version</th>
              <th scope="col">Started</th>
              <th scope="col">Last heartbeat</th>
            </tr>
          </thead>
          <tbody>
            {agent.processes.map((process) => {
              return (
                <tr
                  key={process.id}
                  className={cn(
                    '[&>*]:h-row [&>*]:border-line [&>*]:border-t [&>*]:px-2.5',
                    process.id === asked && 'bg-accent-tint',
                  )}
                >
                  <th scope="row" className="whitespace-nowrap text-left font-normal tabular-nums">
                    {process.id === asked ? (
                      <span aria-current="true" className="font-semibold">
                        pid {process.pid}
                      </span>
                    ) : (
                      <TextLink href={`/agents/${process.id}`}>pid {process.pid}</TextLink>
                    )}
                    {process.id === agent.newestId && agent.processCount > 1 && (
                      <span className="text-faint"> newest</span>
                    )}
                  </th>
                  <td>
                    <span className="flex items-center gap-3">
                      <StateBadge state={process.state} bare />
                      <StoredStatus status={process.status} state={process.state} />
                    </span>
                  </td>
                  <td>
                    <VersionText>{process.version}</VersionText>
                  </td>
                  <td>
                    <Moment at={process.starttime} now={now} none="no moment" />
                  </td>
                  <td>
                    <Moment at={process.heartbeattime} now={now} none="no moment" />
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      {hidden > 0 && (
        <TextLink
          className="text-sm"
          href={`/agents?rows=processes&queueloc=${encodeURIComponent(agent.process.queueloc)}`}
        >
          and {formatCount(hidden, 'older process', 'older processes')}
        </TextLink>
      )}
    </div>
  )
}

// A row says heartbeating for ever: only a word that adds something is shown beside the state.
function StoredStatus({ status, state }: { status: string | null; state: string }) {
  const stored = agentStatus(status)
  if (stored.value === 'heartbeating' || stored.value === state) return null
  return (
    <span className="text-faint text-xs" title="As stored in the agents table">
      {visibleText(stored.label)}
    </span>
  )
}
