import { notFound } from 'next/navigation'
import { AclNote } from '@/components/acl/acl-note'
import { EndpointFile } from '@/components/acl/endpoint-file'
import { EndpointPowers } from '@/components/acl/endpoint-powers'
import { ProcessFacts, QueueFacts } from '@/components/agents/agent-facts'
import { ChooseAgent } from '@/components/agents/choose-agent'
import { EndpointCommands } from '@/components/agents/endpoint-commands'
import { EndpointHistory } from '@/components/agents/endpoint-history'
import { EnvironmentPanel, TagsPanel } from '@/components/agents/environment-panel'
import { ProcessList } from '@/components/agents/process-list'
import { ProcessTimeline } from '@/components/agents/process-timeline'
import { RanDisclosure } from '@/components/agents/ran-sql'
import { RequirementList } from '@/components/agents/requirement-list'
import { SilenceNotice } from '@/components/agents/silence-notice'
import { StateBadge } from '@/components/agents/state-badge'
import { StateRule } from '@/components/agents/state-rule'
import { Moment } from '@/components/feedback/moment'
import { Notice } from '@/components/feedback/notice'
import { ProblemPanel } from '@/components/feedback/panels'
import { Columns, Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { DetailHead } from '@/components/layout/detail-head'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { Section } from '@/components/layout/section'
import { Disclosure } from '@/components/ui/disclosure'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { requireViewer } from '@/lib/auth/viewer'
import { formatCount, formatNumber } from '@/lib/format'
import { listFileStates } from '@/lib/mig/acl/file-states'
import { getPowersOn } from '@/lib/mig/acl/powers'
import { thresholds } from '@/lib/mig/agents/bounds'
import { getAgent } from '@/lib/mig/agents/detail-queries'
import { listAgentsById } from '@/lib/mig/agents/queries'
import { getSilence } from '@/lib/mig/agents/silence'
import { type EndpointState, STATE_MEANING } from '@/lib/mig/agents/status'
import { getEndpointCalendar, getLives, getMissed } from '@/lib/mig/endpoints/queries'
import { endpointView } from '@/lib/mig/endpoints/search-params'
import { resolveId } from '@/lib/mig/resolve-id'
import { now } from '@/lib/now'

export const metadata = { title: 'Agent' }

const crumbs = [{ label: 'Agents', href: '/agents' }]

function sentenceOf(state: EndpointState): string {
  const { label, meaning } = STATE_MEANING[state]
  return `${label.charAt(0).toUpperCase()}${label.slice(1)}: ${meaning}.`
}

export default dataPage(async ({ params, searchParams }: PageProps) => {
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
  const view = endpointView.parse(await searchParams)
  if (!view.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title="Agent" />
        <Content>
          <ProblemPanel problem={view.problem} clearHref={`/agents/${resolved.id}`} />
        </Content>
      </>
    )
  const moment = await now()
  const agent = await getAgent(viewer, resolved.id, moment.mig)
  if (!agent) notFound()
  const { process } = agent
  const { queueloc } = process
  const [calendar, { lives, ran: ranLives }, silence, files, powers] = await Promise.all([
    getEndpointCalendar(viewer, queueloc, Number(view.params.filters.days), moment.mig),
    getLives(viewer, queueloc, moment.mig),
    getSilence(viewer, moment.mig),
    listFileStates(viewer, [{ id: agent.newestId, name: process.name, queueloc, os: process.os }]),
    getPowersOn(viewer, resolved.id, moment.mig),
  ])
  const missed = await getMissed(viewer, { ...agent, queueloc }, calendar?.stretches ?? [], moment.mig)
  const ran = [...agent.ran, ...ranLives, ...missed.ran, ...(calendar?.ran ?? []), ...silence.ran]
  const isOlder = process.id !== agent.newestId
  return (
    <>
      <PageHeader crumbs={crumbs} title={visibleText(process.name)} live={<Live now={moment} />} />
      <Content>
        <SilenceNotice silence={silence} now={moment.mig} />
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
        <Disclosure summary="How the state is found" aside="the rule, its thresholds, and until when">
          <div className="max-w-4xl">
            <StateRule state={agent.state} lastSeen={agent.lastSeen} now={moment.mig} by={thresholds()} />
          </div>
        </Disclosure>
        <EndpointHistory calendar={calendar} params={view.params} path={`/agents/${process.id}`} queueloc={queueloc} />
        <Columns
          aside={
            <>
              <Section title="This process">
                <ProcessFacts process={process} />
              </Section>
              <Section title="Endpoint">
                <QueueFacts queueloc={queueloc} os={process.os} />
              </Section>
              <Section title="Requirements" remark="by the ACL tables">
                <RequirementList agent={agent} />
              </Section>
              <Section title="ACL file" remark="what its agent decides by">
                <EndpointFile agentId={agent.newestId} file={files.get(agent.newestId)} now={moment.clock} />
              </Section>
            </>
          }
        >
          <Section title="Processes" remark="one row each time an agent started on this endpoint">
            <ProcessTimeline lives={lives} of={agent.processCount} now={moment.mig} />
            <ProcessList agent={agent} now={moment.mig} />
          </Section>
          {powers && (
            <Section
              title="Who can run what here"
              remark="by the ACL tables; at most three people together"
              id="powers"
            >
              <EndpointPowers {...powers} />
              <div className="text-xs">
                <AclNote />
              </div>
            </Section>
          )}
          <Section
            title="Missed commands"
            remark={
              missed.count > missed.commands.length
                ? `the last ${missed.commands.length} of ${formatNumber(missed.count)} that were sent while it was silent`
                : 'sent while it was silent, and never answered'
            }
          >
            <EndpointCommands
              commands={missed.commands}
              now={moment.mig}
              caption="Missed commands of this endpoint"
              none={`No command that was sent while this endpoint was silent went without an answer${calendar ? '' : '; earlier silences are not known without a history'}.`}
            />
          </Section>
          <Section
            title="Recent commands"
            remark={agent.commands.length === 20 ? 'the last 20 of all its processes' : 'of all its processes'}
            action={
              <span className="flex flex-wrap gap-x-4 text-sm">
                <TextLink href={`/commands?queueloc=${encodeURIComponent(queueloc)}`}>All commands</TextLink>
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
        <RanDisclosure ran={ran} />
      </Content>
    </>
  )
})
