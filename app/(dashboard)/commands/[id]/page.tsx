import { notFound } from 'next/navigation'
import { CommandFiles } from '@/components/commands/command-files'
import { ExactMoment } from '@/components/feedback/moment'
import { ProblemPanel } from '@/components/feedback/panels'
import { ChooseId } from '@/components/layout/choose-id'
import { Columns, Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { DetailHead } from '@/components/layout/detail-head'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { Section } from '@/components/layout/section'
import { Segments } from '@/components/layout/tabs'
import { CommandResults } from '@/components/results/command-results'
import { StoredResults } from '@/components/results/stored-results'
import { StatusBadge } from '@/components/ui/badge'
import { KeyValue } from '@/components/ui/key-value'
import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { requireViewer } from '@/lib/auth/viewer'
import { formatBytes, formatDuration, instantMillis } from '@/lib/format'
import { getCommand } from '@/lib/mig/commands/queries'
import { commandHref, readCommandView } from '@/lib/mig/commands/view-params'
import { resolveId } from '@/lib/mig/resolve-id'
import { findCommandFiles } from '@/lib/mig/spool/command-files'
import { commandStatus } from '@/lib/mig/wire/status'
import { now } from '@/lib/now'

export const metadata = { title: 'Command' }

const crumbs = [
  { label: 'Actions', href: '/actions' },
  { label: 'Commands', href: '/commands' },
]

export default dataPage(async ({ params, searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const { id = '' } = await params
  const resolved = await resolveId(viewer, 'commands', id, (exact) => `/commands/${exact}`)
  if ('choices' in resolved) return <ChooseId ids={resolved.choices} base="/commands" crumbs={crumbs} noun="commands" />
  const asked = readCommandView(await searchParams)
  const [command, moment] = await Promise.all([getCommand(viewer, resolved.id), now()])
  if (!command) notFound()
  const files = await findCommandFiles(viewer, command)
  const started = command.starttime && instantMillis(command.starttime)
  const finished = command.finishtime && instantMillis(command.finishtime)
  const agent = command.agent === null ? `agent ${command.agentid} (no row)` : visibleText(command.agent)
  const action = command.action === null ? `action ${command.actionid} (no row)` : visibleText(command.action)
  return (
    <>
      <PageHeader crumbs={crumbs} title={`${action} on ${agent}`} live={<Live now={moment} />} />
      <Content>
        <DetailHead
          status={<StatusBadge {...commandStatus(command.status)} />}
          facts={[
            { key: 'agent', label: 'Agent', value: <TextLink href={`/agents/${command.agentid}`}>{agent}</TextLink> },
            {
              key: 'action',
              label: 'Action',
              value: <TextLink href={`/actions/${command.actionid}`}>{action}</TextLink>,
            },
            ...(started && finished ? [{ key: 'took', label: 'Took', value: formatDuration(finished - started) }] : []),
          ]}
        />
        <Columns
          aside={
            <>
              <Section title="Times">
                <KeyValue
                  items={[
                    { key: 'starttime', label: 'Sent', value: <ExactMoment at={command.starttime} /> },
                    { key: 'finishtime', label: 'Answered', value: <ExactMoment at={command.finishtime} /> },
                  ]}
                />
              </Section>
              <Section title="Where">
                <KeyValue
                  items={[
                    {
                      key: 'queueloc',
                      label: 'Queue',
                      value: command.queueloc ? <Mono>{command.queueloc}</Mono> : 'the agent has no row',
                    },
                    { key: 'os', label: 'System', value: command.os ? visibleText(command.os) : 'not known' },
                    {
                      key: 'version',
                      label: 'Agent version',
                      value: command.version ? <Mono>{command.version}</Mono> : 'not known',
                    },
                    { key: 'id', label: 'Command id', value: <Mono copy>{command.id}</Mono> },
                    { key: 'agentid', label: 'Agent id', value: <Mono copy>{command.agentid}</Mono> },
                  ]}
                />
              </Section>
              <Section title="In the spool">
                <CommandFiles files={files} />
              </Section>
            </>
          }
        >
          <Section
            title="Results"
            remark={command.resultBytes ? formatBytes(command.resultBytes) : undefined}
            action={
              command.results !== null && (
                <Segments
                  label="Results"
                  current={asked.ok ? asked.view.view : ''}
                  options={[
                    { key: 'modules', label: 'By module', href: commandHref(command.id) },
                    { key: 'stored', label: 'As stored', href: commandHref(command.id, { view: 'stored' }) },
                  ]}
                />
              )
            }
          >
            {!asked.ok ? (
              <ProblemPanel problem={asked.problem} clearHref={commandHref(command.id)} />
            ) : asked.view.view === 'stored' ? (
              <StoredResults command={command} view={asked.view} />
            ) : (
              <CommandResults
                command={command}
                page={asked.view.entry === null ? null : { place: asked.view.entry, from: asked.view.row }}
                addresses={{
                  rows: (entry, row) => commandHref(command.id, { entry, row }),
                  stored: (place) => commandHref(command.id, { view: 'stored', part: [place] }),
                }}
              />
            )}
          </Section>
        </Columns>
      </Content>
    </>
  )
})
