import { AuditFilters } from '@/components/audit/audit-filters'
import { AuditTable } from '@/components/audit/audit-table'
import { ChainNotice } from '@/components/audit/chain-notice'
import { totalInWords } from '@/components/data-table/pager'
import { ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { ListLive } from '@/components/layout/list-live'
import { PageHeader } from '@/components/layout/page-header'
import { auditChain, listAudit } from '@/lib/audit/queries'
import { auditList } from '@/lib/audit/search-params'
import { requireViewer } from '@/lib/auth/viewer'
import { now } from '@/lib/now'
import { openDefaultView, SavedViews } from '../saved-views'

export const metadata = { title: 'Audit' }

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const raw = await searchParams
  await openDefaultView(viewer, auditList, raw)
  const parsed = auditList.parse(raw)
  if (!parsed.ok)
    return (
      <>
        <PageHeader title="Audit" />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={auditList.all} />
        </Content>
      </>
    )
  const { params } = parsed
  const [page, chain, moment] = await Promise.all([listAudit(viewer, params), auditChain(viewer), now()])
  const filtered = Object.keys(params.given).length > 0
  return (
    <>
      <PageHeader title="Audit" live={<ListLive list={auditList} params={params} page={page} now={moment} />} />
      <Content>
        <p className="text-muted first-letter:uppercase">
          {totalInWords(page.total)} {page.total.count === 1 ? 'row' : 'rows'}
          {filtered && (page.total.count === 1 ? ' matches' : ' match')}
          {viewer.role !== 'admin' && ': changes to MIG’s tables by everybody, and what you did yourself'}
        </p>
        <ChainNotice chain={chain} />
        <SavedViews viewer={viewer} list={auditList} params={params}>
          <AuditFilters params={params} />
        </SavedViews>
        <AuditTable params={params} page={page} now={moment.clock} brokenAt={chain.ok ? null : chain.brokenAt} />
      </Content>
    </>
  )
})
