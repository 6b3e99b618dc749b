import { ExactMoment } from '@/components/feedback/moment'
import { StatusBadge } from '@/components/ui/badge'
import { KeyValue } from '@/components/ui/key-value'
import { Mono } from '@/components/ui/mono'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import type { AgentDetail } from '@/lib/mig/agents/detail-queries'
import { idCreatedAt } from '@/lib/mig/wire/id'
import { parseQueueloc } from '@/lib/mig/wire/queueloc'
import { agentStatus } from '@/lib/mig/wire/status'
import { dateToInstant } from '@/lib/mig/wire/time'
import { parseAgentVersion } from '@/lib/mig/wire/version'

/** One row of the agents table: what it stores and what its id and version tell. */
export function ProcessFacts({ process }: { process: AgentDetail['process'] }) {
  const created = idCreatedAt(process.id)
  const version = parseAgentVersion(process.version)
  const parts = [
    version.date && `built ${version.date}${version.time ? ` ${version.time}` : ''}`,
    version.commit && `commit ${version.commit}`,
    version.env && `for ${version.env}`,
  ].filter(Boolean)
  return (
    <KeyValue
      items={[
        { key: 'name', label: 'Name', value: <bdi>{visibleText(process.name)}</bdi> },
        { key: 'id', label: 'Id', value: <Mono copy>{process.id}</Mono> },
        { key: 'pid', label: 'Pid', value: <span className="tabular-nums">{process.pid}</span> },
        { key: 'status', label: 'Stored status', value: <StatusBadge {...agentStatus(process.status)} bare /> },
        {
          key: 'version',
          label: 'Version',
          value: (
            <>
              <Mono>{process.version}</Mono>
              {parts.length > 0 && <span className="block text-muted text-xs">{parts.join(', ')}</span>}
            </>
          ),
        },
        {
          key: 'registered',
          label: 'Registered',
          value: created ? (
            <ExactMoment at={dateToInstant(created)} />
          ) : (
            <Unknown why="This id carries no time: no generator of MIG made it" />
          ),
        },
        { key: 'starttime', label: 'Started', value: <ExactMoment at={process.starttime} none="no moment" /> },
        {
          key: 'heartbeattime',
          label: 'Last heartbeat',
          value: <ExactMoment at={process.heartbeattime} none="no moment" />,
        },
        { key: 'destructiontime', label: 'Destroyed', value: <ExactMoment at={process.destructiontime} /> },
      ]}
    />
  )
}

/** The parts of the endpoint's queue. */
export function QueueFacts({ queueloc, os }: { queueloc: string; os: string }) {
  const parts = parseQueueloc(queueloc)
  const missing = <Unknown why="This queue has no such part" />
  return (
    <KeyValue
      items={[
        {
          key: 'queueloc',
          label: 'Queue',
          value: (
            <Mono copy className="min-w-0 break-all">
              {queueloc}
            </Mono>
          ),
        },
        { key: 'os', label: 'System', value: visibleText(os) },
        { key: 'host', label: 'Host', value: parts.host ? <Mono>{parts.host}</Mono> : missing },
        { key: 'uid', label: 'Own id', value: parts.uid ? <Mono>{parts.uid}</Mono> : missing },
      ]}
    />
  )
}
