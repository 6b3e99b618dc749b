import { notFound } from 'next/navigation'
import { ActionTabs } from '@/components/commands/action-tabs'
import { AnswerSummary } from '@/components/commands/answer-summary'
import { HitNotice, HitTable } from '@/components/commands/hit-table'
import { ProblemPanel } from '@/components/feedback/panels'
import { ChooseId } from '@/components/layout/choose-id'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { requireViewer } from '@/lib/auth/viewer'
import { getActionName } from '@/lib/mig/actions/name-query'
import { listHits } from '@/lib/mig/commands/hits'
import { hitList } from '@/lib/mig/commands/search-params'
import { resolveId } from '@/lib/mig/resolve-id'
import { now } from '@/lib/now'

export const metadata = { title: 'Hits of an action' }

export default dataPage(async ({ params: route, searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const { id = '' } = await route
  const crumbs = [{ label: 'Actions', href: '/actions' }]
  const resolved = await resolveId(viewer, 'actions', id, (exact) => `/actions/${exact}/results/hits`)
  if ('choices' in resolved) return <ChooseId ids={resolved.choices} base="/actions" crumbs={crumbs} noun="actions" />
  const action = await getActionName(viewer, resolved.id)
  if (!action) notFound()
  crumbs.push({ label: action.name, href: `/actions/${action.id}` })
  const parsed = hitList.parse(await searchParams)
  if (!parsed.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title="Hits" />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={`/actions/${action.id}/results/hits`} />
        </Content>
      </>
    )
  const [page, moment] = await Promise.all([listHits(viewer, action.id, parsed.params), now()])
  return (
    <>
      <PageHeader crumbs={crumbs} title="Hits" live={<Live now={moment} />} />
      <Content>
        <ActionTabs action={action.id} current="results" />
        <AnswerSummary action={action.id} by="hit" page={null} />
        <HitNotice page={page} />
        <HitTable action={action.id} params={parsed.params} page={page} />
      </Content>
    </>
  )
})
