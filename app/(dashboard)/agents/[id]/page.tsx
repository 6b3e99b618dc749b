import { notFound } from 'next/navigation'
import { ProcessFacts, QueueFacts } from '@/components/agents/agent-facts'
import { ChooseAgent } from '@/components/agents/choose-agent'
import { EndpointCommands } from '@/components/agents/endpoint-commands'
import { EnvironmentPanel, TagsPanel } from '@/components/agents/environment-panel'
import { ProcessList } from '@/components/agents/process-list'
import { RequirementList } from '@/components/agents/requirement-list'
import { StateBadge } from '@/components/agents/state-badge'
import { Moment } from '@/components/feedback/moment'
import { Notice } from '@/components/feedback/notice'
import { Columns, Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { DetailHead } from '@/components/layout/detail-head'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { Section } from '@/components/layout/section'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { requireViewer } from '@/lib/auth/viewer'
import { formatCount } from '@/lib/format'
import { getAgent, listAgentsById } from '@/lib/mig/agents/queries'
import { type EndpointState, STATE_MEANING } from '@/lib/mig/agents/status'
import { resolveId } from '@/lib/mig/resolve-id'
import { now } from '@/lib/now'

export const metadata = { title: 'Agent' }

const crumbs = [{ label: 'Agents', href: '/agents' }]

function sentenceOf(state: EndpointState): string {
  const { label, meaning } = STATE_MEANING[state]
  return `${label.charAt(0).toUpperCase()}${label.slice(1)}: ${meaning}.`
}

export default dataPage(async ({ params }: PageProps) => {
  const viewer = await requireViewer()
  const { id = '' } = await params
  const resolved = await resolveId(viewer, 'agents', id, (exact) => `/agents/${exact}`)
  if ('choices' in resolved)
    return (
      <>
        <PageHeader crumbs={crumbs} title="Which agent?" />
        <Content>
          <p className="max-w-text">
            The id in this address was rounded by the tool that printed it, and {resolved.choices.length} agents round
            to it.
          </p>
          <ChooseAgent agents={await listAgentsById(viewer, resolved.choices)} />
        </Content>
      </>
    )
  const moment = await now()
  const agent = await getAgent(viewer, resolved.id, moment.mig)
  if (!agent) notFound()
  const { process } = agent
  const isOlder = process.id !== agent.newestId
  return (
    <>
      <PageHeader crumbs={crumbs} title={visibleText(process.name)} live={<Live now={moment} />} />
      <Content>
        <DetailHead
          status={<StateBadge state={agent.state} />}
          facts={[
            {
              key: 'seen',
              label: 'Last seen',
              value: <Moment at={agent.lastSeen} now={moment.mig} none="no moment" />,
            },
            { key: 'os', label: 'System', value: visibleText(process.os) },
            {
              key: 'processes',
              label: 'Processes',
              value: formatCount(agent.processCount, 'row'),
            },
          ]}
          lead={<span className="text-sm">{sentenceOf(agent.state)}</span>}
        />
        {isOlder && (
          <Notice tone="waiting" title={`Pid ${process.pid} is not the process that stands for this endpoint`}>
            Commands and rules count for{' '}
            <TextLink href={`/agents/${agent.newestId}`}>the one with the newest heartbeat</TextLink> that is not ahead
            of the clock.
          </Notice>
        )}
        <Columns
          aside={
            <>
              <Section title="This process">
                <ProcessFacts process={process} />
              </Section>
              <Section title="Endpoint">
                <QueueFacts queueloc={process.queueloc} os={process.os} />
              </Section>
              <Section title="Requirements" remark="by the ACL tables">
                <RequirementList agent={agent} />
              </Section>
            </>
          }
        >
          <Section title="Processes" remark="one row each time an agent started on this endpoint">
            <ProcessList agent={agent} now={moment.mig} />
          </Section>
          <Section
            title="Recent commands"
            remark={agent.commands.length === 20 ? 'the last 20 of all its processes' : 'of all its processes'}
            action={
              <span className="flex flex-wrap gap-x-4 text-sm">
                <TextLink href={`/commands?queueloc=${encodeURIComponent(process.queueloc)}`}>All commands</TextLink>
                <TextLink href={`/commands?agentid=${process.id}`}>Those of this process</TextLink>
                <TextLink href={`/actions?agent=${process.id}`}>Actions</TextLink>
              </span>
            }
          >
            <EndpointCommands commands={agent.commands} now={moment.mig} />
          </Section>
          <div className="grid gap-6 lg:grid-cols-2">
            <Section title="Environment" remark="as of its first heartbeat">
              <EnvironmentPanel stored={process.environment} />
            </Section>
            <Section title="Tags" remark="built into the agent">
              <TagsPanel stored={process.tags} />
            </Section>
          </div>
        </Columns>
      </Content>
    </>
  )
})
