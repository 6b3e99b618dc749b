import { redirect } from 'next/navigation'
import { ActionFilters } from '@/components/actions/action-filters'
import { ActionTable } from '@/components/actions/action-table'
import { AttentionMeaning, NotCounted } from '@/components/actions/list-notes'
import { totalInWords } from '@/components/data-table/pager'
import { ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { ListLive } from '@/components/layout/list-live'
import { PageHeader } from '@/components/layout/page-header'
import { requireViewer } from '@/lib/auth/viewer'
import { countUncounted, listActions, listSigners, listUsedModules } from '@/lib/mig/actions/queries'
import { actionList } from '@/lib/mig/actions/search-params'
import { findIds } from '@/lib/mig/find-id'
import { now } from '@/lib/now'
import { openDefaultView, SavedViews } from '../saved-views'

export const metadata = { title: 'Actions' }

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const raw = await searchParams
  await openDefaultView(viewer, actionList, raw)
  const parsed = actionList.parse(raw)
  if (!parsed.ok)
    return (
      <>
        <PageHeader title="Actions" />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={actionList.all} />
        </Content>
      </>
    )
  const { params } = parsed
  const { q, found, module, investigator } = params.filters
  const [id, another] = q ? await findIds(viewer, 'actions', q) : []
  if (id && !another) redirect(`/actions/${id}`)
  const [page, moment, modules, signers, uncounted] = await Promise.all([
    listActions(viewer, params),
    now(),
    listUsedModules(viewer),
    listSigners(viewer, investigator?.id ?? null),
    found || module ? countUncounted(viewer) : null,
  ])
  return (
    <>
      <PageHeader title="Actions" live={<ListLive list={actionList} params={params} page={page} now={moment} />} />
      <Content>
        <p className="text-muted first-letter:uppercase">
          {totalInWords(page.total)} {page.total.count === 1 ? 'action' : 'actions'}
          {Object.keys(params.given).length > 0 && (page.total.count === 1 ? ' matches' : ' match')}
          {params.sort.key === 'start' && params.sort.descending && page.total.count > 1 && (
            <>, newest first; one that waits for its start stays on top for an hour</>
          )}
          .{uncounted !== null && uncounted.count > 0 && <NotCounted total={uncounted} />}
        </p>
        <SavedViews viewer={viewer} list={actionList} params={params}>
          <ActionFilters params={params} modules={modules} signers={signers} />
        </SavedViews>
        <ActionTable params={params} page={page} now={moment.mig} />
        <AttentionMeaning />
      </Content>
    </>
  )
})
