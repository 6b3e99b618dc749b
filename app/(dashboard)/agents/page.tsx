import { redirect } from 'next/navigation'
import { AgentFilters } from '@/components/agents/agent-filters'
import { AgentTable } from '@/components/agents/agent-table'
import { GroupChips } from '@/components/agents/group-chips'
import { GroupForm } from '@/components/agents/group-form'
import { RanDisclosure } from '@/components/agents/ran-sql'
import { SilenceNotice } from '@/components/agents/silence-notice'
import { totalInWords } from '@/components/data-table/pager'
import { ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { ListLive } from '@/components/layout/list-live'
import { PageHeader } from '@/components/layout/page-header'
import { Segments } from '@/components/layout/tabs'
import { requireViewer } from '@/lib/auth/viewer'
import { formatDuration } from '@/lib/format'
import { thresholdsFor } from '@/lib/mig/agents/bounds'
import { listAgents } from '@/lib/mig/agents/queries'
import { agentList } from '@/lib/mig/agents/search-params'
import { getSilence } from '@/lib/mig/agents/silence'
import { findIds } from '@/lib/mig/find-id'
import { getTagKeys } from '@/lib/mig/health/fleet-queries'
import { now } from '@/lib/now'
import { openDefaultView, SavedViews } from '../saved-views'

export const metadata = { title: 'Agents' }

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const raw = await searchParams
  await openDefaultView(viewer, agentList, raw)
  const parsed = agentList.parse(raw)
  if (!parsed.ok)
    return (
      <>
        <PageHeader title="Agents" />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={agentList.all} />
        </Content>
      </>
    )
  const { params } = parsed
  const typed = params.given.id?.[0]?.trim()
  if (typed && (await findIds(viewer, 'agents', typed)).length > 0) redirect(`/agents/${encodeURIComponent(typed)}`)
  const moment = await now()
  const [page, silence, tagKeys] = await Promise.all([
    listAgents(viewer, params, moment.mig),
    getSilence(viewer, moment.mig),
    getTagKeys(viewer),
  ])
  const by = thresholdsFor(params)
  const { rows } = params.filters
  const filtered = Object.keys(params.given).some((name) => name !== 'rows')
  const [one, many] = rows === 'endpoints' ? ['endpoint', 'endpoints'] : ['process', 'processes']
  return (
    <>
      <PageHeader title="Agents" live={<ListLive list={agentList} params={params} page={page} now={moment} />} />
      <Content>
        <SilenceNotice silence={silence} now={moment.mig} />
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <Segments
            label="Rows"
            current={rows}
            options={[
              { key: 'endpoints', label: 'Endpoints', href: agentList.href(params, { filters: { rows: null } }) },
              {
                key: 'processes',
                label: 'Processes',
                href: agentList.href(params, { filters: { rows: 'processes' } }),
              },
            ]}
          />
          <p className="text-muted first-letter:uppercase">
            {totalInWords(page.total)} {page.total.count === 1 ? one : many}
            {filtered && (page.total.count === 1 ? ' matches' : ' match')}
            {rows === 'endpoints'
              ? ': the rows of the agents table, folded by queue.'
              : ': the rows of the agents table. Every restart of an agent adds one.'}
          </p>
          <span className="ml-auto">
            <GroupForm params={params} tagKeys={tagKeys} />
          </span>
        </div>
        <SavedViews viewer={viewer} list={agentList} params={params}>
          <AgentFilters list={agentList} params={params} />
        </SavedViews>
        <GroupChips list={agentList} params={params} groups={params.filters.in ?? []} />
        <p className="text-faint text-xs">
          Online up to {formatDuration(2 * by.period)} after the last heartbeat (two periods), late up to{' '}
          {formatDuration(by.timeout)} (the agent time-out), unreachable beyond, gone after{' '}
          {formatDuration(by.goneAfter)}.
        </p>
        <AgentTable params={params} page={page} now={moment.mig} />
        <RanDisclosure ran={[...page.ran, ...silence.ran]} />
      </Content>
    </>
  )
})
