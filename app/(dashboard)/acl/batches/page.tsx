import { AclNote } from '@/components/acl/acl-note'
import { AclTabs } from '@/components/acl/acl-tabs'
import { BatchFilters } from '@/components/acl/batch-filters'
import { BatchTable } from '@/components/acl/batch-table'
import { totalInWords } from '@/components/data-table/pager'
import { ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { ListLive } from '@/components/layout/list-live'
import { PageHeader } from '@/components/layout/page-header'
import { requireViewer } from '@/lib/auth/viewer'
import { batchList } from '@/lib/mig/acl/batch-lists'
import { listBatches } from '@/lib/mig/acl/batches'
import { now } from '@/lib/now'
import { openDefaultView, SavedViews } from '../../saved-views'

export const metadata = { title: 'ACL batches' }

const crumbs = [{ label: 'ACL', href: '/acl/requirements' }]

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const raw = await searchParams
  await openDefaultView(viewer, batchList, raw)
  const parsed = batchList.parse(raw)
  if (!parsed.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title="Batches" />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={batchList.all} />
        </Content>
      </>
    )
  const { params } = parsed
  const [page, moment] = await Promise.all([listBatches(viewer, params), now()])
  return (
    <>
      <PageHeader
        crumbs={crumbs}
        title="Batches"
        live={<ListLive list={batchList} params={params} page={page} now={moment} />}
      />
      <Content>
        <AclTabs current="batches" />
        <div className="flex flex-col gap-1">
          <p className="text-muted first-letter:uppercase">
            {totalInWords(page.total)} {page.total.count === 1 ? 'batch' : 'batches'}: each save of minimums or weights,
            whole or not at all, with its reason and its row in the audit.
          </p>
          <AclNote />
        </div>
        <SavedViews viewer={viewer} list={batchList} params={params}>
          <BatchFilters params={params} />
        </SavedViews>
        <BatchTable params={params} page={page} now={moment.clock} />
      </Content>
    </>
  )
})
