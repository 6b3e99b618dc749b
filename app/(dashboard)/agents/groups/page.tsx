import { AgentFilters } from '@/components/agents/agent-filters'
import { GroupChips } from '@/components/agents/group-chips'
import { GroupForm } from '@/components/agents/group-form'
import { GroupTable } from '@/components/agents/group-table'
import { RanDisclosure } from '@/components/agents/ran-sql'
import { SilenceNotice } from '@/components/agents/silence-notice'
import { Moment } from '@/components/feedback/moment'
import { ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { requireViewer } from '@/lib/auth/viewer'
import { formatCount } from '@/lib/format'
import { groupKeyLabel, groupKeyText } from '@/lib/mig/agents/groups'
import { recentGroups } from '@/lib/mig/agents/recent'
import { agentGroupList, agentList } from '@/lib/mig/agents/search-params'
import { getSilence } from '@/lib/mig/agents/silence'
import { getTagKeys } from '@/lib/mig/health/fleet-queries'
import { now } from '@/lib/now'
import { openDefaultView, SavedViews } from '../../saved-views'

export const metadata = { title: 'Groups of agents' }

const crumbs = [{ label: 'Agents', href: '/agents' }]

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const raw = await searchParams
  await openDefaultView(viewer, agentGroupList, raw)
  const parsed = agentGroupList.parse(raw)
  if (!parsed.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title="Groups" />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={agentGroupList.all} />
        </Content>
      </>
    )
  const { params } = parsed
  const { by, rows } = params.filters
  const moment = await now()
  const [page, silence, tagKeys] = await Promise.all([
    recentGroups(viewer, params, moment.mig),
    getSilence(viewer, moment.mig),
    getTagKeys(viewer),
  ])
  const { by: _, ...given } = params.given
  const ungrouped = agentList.href({ ...params, given, columns: null, sort: agentList.defaultSort } as never, {
    after: null,
    before: null,
  })
  return (
    <>
      <PageHeader crumbs={crumbs} title="Groups" live={<Live now={moment} />} />
      <Content>
        <SilenceNotice silence={silence} now={moment.mig} />
        <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
          <p>
            {rows === 'endpoints'
              ? formatCount(page.grouped, 'endpoint')
              : formatCount(page.grouped, 'process', 'processes')}{' '}
            in <strong className="font-semibold">{formatCount(page.total.count, 'group')}</strong> by{' '}
            <bdi>{visibleText(groupKeyLabel(by))}</bdi>
            {page.at !== moment.mig && (
              <>
                , counted <Moment at={page.at} now={moment.mig} />
              </>
            )}
            . <TextLink href={ungrouped}>Without groups</TextLink>
          </p>
          <GroupForm params={params} by={groupKeyText(by)} tagKeys={tagKeys} />
        </div>
        <SavedViews viewer={viewer} list={agentGroupList} params={params}>
          <AgentFilters list={agentGroupList} params={params} />
        </SavedViews>
        <GroupChips list={agentGroupList} params={params} groups={params.filters.in ?? []} />
        <GroupTable params={params} page={page} grouped={page.grouped} />
        <RanDisclosure ran={[...page.ran, ...silence.ran]} />
      </Content>
    </>
  )
})
