import { notFound } from 'next/navigation'
import { ActionTabs } from '@/components/commands/action-tabs'
import { AnswerGroupTable } from '@/components/commands/answer-groups'
import { AnswerSummary } from '@/components/commands/answer-summary'
import { PickTwo } from '@/components/commands/pick-two'
import { ProblemPanel } from '@/components/feedback/panels'
import { ChooseId } from '@/components/layout/choose-id'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { requireViewer } from '@/lib/auth/viewer'
import { getActionName } from '@/lib/mig/actions/name-query'
import { recentAnswerGroups } from '@/lib/mig/commands/groups'
import { answerList } from '@/lib/mig/commands/search-params'
import { resolveId } from '@/lib/mig/resolve-id'
import { now } from '@/lib/now'

export const metadata = { title: 'Results of an action' }

export default dataPage(async ({ params: route, searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const { id = '' } = await route
  const crumbs = [{ label: 'Actions', href: '/actions' }]
  const resolved = await resolveId(viewer, 'actions', id, (exact) => `/actions/${exact}/results`)
  if ('choices' in resolved) return <ChooseId ids={resolved.choices} base="/actions" crumbs={crumbs} noun="actions" />
  const action = await getActionName(viewer, resolved.id)
  if (!action) notFound()
  crumbs.push({ label: action.name, href: `/actions/${action.id}` })
  const parsed = answerList.parse(await searchParams)
  if (!parsed.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title="Results" />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={`/actions/${action.id}/results`} />
        </Content>
      </>
    )
  const [page, moment] = await Promise.all([recentAnswerGroups(viewer, action, parsed.params), now()])
  return (
    <>
      <PageHeader crumbs={crumbs} title="Results" live={<Live now={moment} />} />
      <Content>
        <ActionTabs action={action.id} current="results" />
        <AnswerSummary action={action.id} by={parsed.params.filters.by ?? 'answer'} page={page} />
        <PickTwo action={action.id} />
        <AnswerGroupTable action={action.id} params={parsed.params} page={page} />
      </Content>
    </>
  )
})
