import { CommandFilters } from '@/components/commands/command-filters'
import { CommandTable } from '@/components/commands/command-table'
import { ScanNotice } from '@/components/commands/scan-notice'
import { totalInWords } from '@/components/data-table/pager'
import { ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { ListLive } from '@/components/layout/list-live'
import { PageHeader } from '@/components/layout/page-header'
import { requireViewer } from '@/lib/auth/viewer'
import { listCommands } from '@/lib/mig/commands/queries'
import { commandList } from '@/lib/mig/commands/search-params'
import { now } from '@/lib/now'
import { openDefaultView, SavedViews } from '../saved-views'

export const metadata = { title: 'Commands' }

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const raw = await searchParams
  await openDefaultView(viewer, commandList, raw)
  const parsed = commandList.parse(raw)
  if (!parsed.ok)
    return (
      <>
        <PageHeader title="Commands" />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={commandList.all} />
        </Content>
      </>
    )
  const { params } = parsed
  const [page, moment] = await Promise.all([listCommands(viewer, params), now()])
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Actions', href: '/actions' }]}
        title="Commands"
        live={<ListLive list={commandList} params={params} page={page} now={moment} />}
      />
      <Content>
        <p className="text-muted first-letter:uppercase">
          {totalInWords(page.total)} {page.total.count === 1 ? 'command' : 'commands'}
          {Object.keys(params.given).length > 0 && (page.total.count === 1 ? ' matches' : ' match')}: one for each agent
          that an action targets.
        </p>
        <SavedViews viewer={viewer} list={commandList} params={params}>
          <CommandFilters params={params} />
        </SavedViews>
        <ScanNotice params={params} scan={page.scan} />
        <CommandTable params={params} page={page} now={moment.mig} />
      </Content>
    </>
  )
})
