import { ExactMoment } from '@/components/feedback/moment'
import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import type { AgentRow } from '@/lib/mig/agents/queries'

/** Agents whose ids print as the same rounded number, with what tells them apart. */
export function ChooseAgent({
  agents,
}: {
  agents: Pick<AgentRow, 'id' | 'name' | 'queueloc' | 'os' | 'heartbeattime'>[]
}) {
  return (
    <ul className="flex flex-col gap-3">
      {agents.map((agent) => (
        <li key={agent.id} className="flex flex-col">
          <TextLink href={`/agents/${agent.id}`}>
            <bdi>{visibleText(agent.name)}</bdi> · <Mono>{agent.id}</Mono>
          </TextLink>
          <span className="text-muted text-sm">
            {visibleText(agent.os)}, last heartbeat <ExactMoment at={agent.heartbeattime} none="no moment" />
          </span>
        </li>
      ))}
    </ul>
  )
}
