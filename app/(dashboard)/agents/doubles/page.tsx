import { DocumentedSql } from '@/components/agents/documented-sql'
import { DoubleFilters } from '@/components/agents/double-filters'
import { DoubleTable } from '@/components/agents/double-table'
import { SilenceNotice } from '@/components/agents/silence-notice'
import { totalInWords } from '@/components/data-table/pager'
import { ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { requireViewer } from '@/lib/auth/viewer'
import { formatDuration, formatUtc } from '@/lib/format'
import { DOCUMENTED_DOUBLES } from '@/lib/mig/agents/documented.sql'
import { listDoubles } from '@/lib/mig/agents/double-queries'
import { DOUBLE_HINTS } from '@/lib/mig/agents/doubles'
import { DOCUMENTED_WINDOW, doubleList } from '@/lib/mig/agents/search-params'
import { getSilence } from '@/lib/mig/agents/silence'
import { now } from '@/lib/now'
import { openDefaultView, SavedViews } from '../../saved-views'

export const metadata = { title: 'Double agents' }

const crumbs = [{ label: 'Agents', href: '/agents' }]

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const raw = await searchParams
  await openDefaultView(viewer, doubleList, raw)
  const parsed = doubleList.parse(raw)
  if (!parsed.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title="Doubles" />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={doubleList.all} />
        </Content>
      </>
    )
  const { params } = parsed
  const { filters } = params
  const moment = await now()
  const [page, silence] = await Promise.all([listDoubles(viewer, params, moment.mig), getSilence(viewer, moment.mig)])
  const differences = [
    filters.window !== DOCUMENTED_WINDOW &&
      `This page asks for ${formatDuration(filters.window)} instead of 10 minutes.`,
    filters.queueloc && 'This page shows only queues that hold the filtered text.',
    moment.fixed && `This page takes ${formatUtc(moment.mig)} as now, as MIG_NOW says.`,
    (params.sort.key !== 'count' || !params.sort.descending) && 'The statement has the greatest count first.',
  ].filter((difference) => typeof difference === 'string')
  return (
    <>
      <PageHeader crumbs={crumbs} title="Doubles" live={<Live now={moment} />} />
      <Content>
        <SilenceNotice silence={silence} now={moment.mig} />
        <p>
          On <strong className="font-semibold">{totalInWords(page.total)}</strong>{' '}
          {page.total.count === 1 ? 'endpoint' : 'endpoints'} more than one agent process was heard in the last{' '}
          {formatDuration(filters.window)}.
        </p>
        <SavedViews viewer={viewer} list={doubleList} params={params}>
          <DoubleFilters params={params} />
        </SavedViews>
        <DoubleTable params={params} page={page} now={moment.mig} />
        <dl className="grid max-w-4xl grid-cols-1 gap-x-4 gap-y-1 text-sm sm:grid-cols-[max-content_minmax(0,1fr)]">
          {Object.entries(DOUBLE_HINTS).map(([hint, { label, meaning, advice }]) => (
            <div key={hint} className="sm:col-span-2 sm:grid sm:grid-cols-subgrid">
              <dt className="font-medium">{label}</dt>
              <dd className="text-muted">
                {meaning} <span className="text-ink">{advice}</span>
              </dd>
            </div>
          ))}
        </dl>
        <DocumentedSql statement={DOCUMENTED_DOUBLES} differences={differences} ran={[...page.ran, ...silence.ran]} />
      </Content>
    </>
  )
})
