import { totalInWords } from '@/components/data-table/pager'
import { ProblemPanel } from '@/components/feedback/panels'
import { InvestigatorFilters } from '@/components/investigators/investigator-filters'
import { InvestigatorTable } from '@/components/investigators/investigator-table'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { LinkButton } from '@/components/ui/button'
import { requireViewer } from '@/lib/auth/viewer'
import { listInvestigators } from '@/lib/mig/investigators/queries'
import { investigatorList } from '@/lib/mig/investigators/search-params'
import { now } from '@/lib/now'
import { openDefaultView, SavedViews } from '../saved-views'

export const metadata = { title: 'Investigators' }

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const raw = await searchParams
  await openDefaultView(viewer, investigatorList, raw)
  const parsed = investigatorList.parse(raw)
  if (!parsed.ok)
    return (
      <>
        <PageHeader title="Investigators" />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={investigatorList.all} />
        </Content>
      </>
    )
  const { params } = parsed
  const moment = await now()
  const page = await listInvestigators(viewer, params, moment)
  const canAdd = viewer.role === 'admin'
  return (
    <>
      <PageHeader title="Investigators" live={<Live now={moment} />} />
      <Content>
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
          <p className="text-muted first-letter:uppercase">
            {totalInWords(page.total)} {page.total.count === 1 ? 'investigator' : 'investigators'}
            {Object.keys(params.given).length > 0 && (page.total.count === 1 ? ' matches' : ' match')}; keys are judged
            by the real clock
          </p>
          <span className="flex flex-wrap gap-2">
            <LinkButton href="/investigators/keyring" icon="key">
              Keyring
            </LinkButton>
            {canAdd && (
              <>
                <LinkButton href="/investigators/import" icon="file">
                  Import a keyring
                </LinkButton>
                <LinkButton href="/investigators/add" kind="primary" icon="plus">
                  Add an investigator
                </LinkButton>
              </>
            )}
          </span>
        </div>
        <SavedViews viewer={viewer} list={investigatorList} params={params}>
          <InvestigatorFilters params={params} />
        </SavedViews>
        <InvestigatorTable params={params} page={page} now={moment.clock} canAdd={canAdd} />
      </Content>
    </>
  )
})
