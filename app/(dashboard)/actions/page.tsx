import { ActionFilters } from '@/components/actions/action-filters'
import { ActionTable } from '@/components/actions/action-table'
import { totalInWords } from '@/components/data-table/pager'
import { ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { ListLive } from '@/components/layout/list-live'
import { PageHeader } from '@/components/layout/page-header'
import { requireViewer } from '@/lib/auth/viewer'
import { listActions } from '@/lib/mig/actions/queries'
import { actionList } from '@/lib/mig/actions/search-params'
import { now } from '@/lib/now'

export const metadata = { title: 'Actions' }

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const parsed = actionList.parse(await searchParams)
  if (!parsed.ok)
    return (
      <>
        <PageHeader title="Actions" />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={actionList.path} />
        </Content>
      </>
    )
  const { params } = parsed
  const [page, moment] = await Promise.all([listActions(viewer, params), now()])
  return (
    <>
      <PageHeader title="Actions" live={<ListLive list={actionList} params={params} page={page} now={moment} />} />
      <Content>
        <p className="text-muted">
          {totalInWords(page.total)} {page.total.count === 1 ? 'action' : 'actions'}
          {Object.keys(params.given).length > 0 && ' match'}
          {params.sort.key === 'start' && params.sort.descending && ', newest first'}
        </p>
        <ActionFilters params={params} />
        <ActionTable params={params} page={page} now={moment.mig} />
      </Content>
    </>
  )
})
