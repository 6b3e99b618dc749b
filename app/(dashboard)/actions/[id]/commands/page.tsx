import { notFound } from 'next/navigation'
import { ActionTabs } from '@/components/commands/action-tabs'
import { CommandFilters } from '@/components/commands/command-filters'
import { CommandTable } from '@/components/commands/command-table'
import { PickTwo } from '@/components/commands/pick-two'
import { totalInWords } from '@/components/data-table/pager'
import { ProblemPanel } from '@/components/feedback/panels'
import { ChooseId } from '@/components/layout/choose-id'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { ListLive } from '@/components/layout/list-live'
import { PageHeader } from '@/components/layout/page-header'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { requireViewer } from '@/lib/auth/viewer'
import { getActionName } from '@/lib/mig/actions/name-query'
import { listCommands } from '@/lib/mig/commands/queries'
import { commandList } from '@/lib/mig/commands/search-params'
import { resolveId } from '@/lib/mig/resolve-id'
import { now } from '@/lib/now'

export const metadata = { title: 'Commands of an action' }

export default dataPage(async ({ params: route, searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const { id = '' } = await route
  const crumbs = [{ label: 'Actions', href: '/actions' }]
  const resolved = await resolveId(viewer, 'actions', id, (exact) => `/actions/${exact}/commands`)
  if ('choices' in resolved) return <ChooseId ids={resolved.choices} base="/actions" crumbs={crumbs} noun="actions" />
  const action = await getActionName(viewer, resolved.id)
  if (!action) notFound()
  crumbs.push({ label: action.name, href: `/actions/${action.id}` })
  const path = `/actions/${action.id}/commands`
  const parsed = commandList.parse({ ...(await searchParams), action: action.id })
  if (!parsed.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title="Commands" />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={path} />
        </Content>
      </>
    )
  // The path holds the action, so links do not repeat it.
  const { action: _, ...given } = parsed.params.given
  const params = { ...parsed.params, given }
  const [page, moment] = await Promise.all([listCommands(viewer, params), now()])
  return (
    <>
      <PageHeader
        crumbs={crumbs}
        title="Commands"
        live={<ListLive list={commandList} params={params} page={page} now={moment} path={path} />}
      />
      <Content>
        <ActionTabs action={action.id} current="commands" />
        <p className="text-muted first-letter:uppercase">
          {totalInWords(page.total)} {page.total.count === 1 ? 'command' : 'commands'} of{' '}
          <TextLink href={`/actions/${action.id}`}>
            <bdi>{visibleText(action.name)}</bdi>
          </TextLink>
        </p>
        <CommandFilters params={params} path={path} />
        <PickTwo action={action.id} />
        <CommandTable params={params} page={page} now={moment.mig} path={path} />
      </Content>
    </>
  )
})
