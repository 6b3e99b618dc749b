import { DocumentedSql } from '@/components/agents/documented-sql'
import { OfflineFilters } from '@/components/agents/offline-filters'
import { OfflineTable } from '@/components/agents/offline-table'
import { SilenceNotice } from '@/components/agents/silence-notice'
import { totalInWords } from '@/components/data-table/pager'
import { ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { Segments } from '@/components/layout/tabs'
import { requireViewer } from '@/lib/auth/viewer'
import { formatDuration, formatUtc } from '@/lib/format'
import { DOCUMENTED_OFFLINE } from '@/lib/mig/agents/documented.sql'
import { countOffline, getSilence, listOffline } from '@/lib/mig/agents/queries'
import { DOCUMENTED_SEEN, DOCUMENTED_SILENT, offlineList } from '@/lib/mig/agents/search-params'
import { now } from '@/lib/now'

export const metadata = { title: 'Offline agents' }

const crumbs = [{ label: 'Agents', href: '/agents' }]

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const parsed = offlineList.parse(await searchParams)
  if (!parsed.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title="Offline" />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={offlineList.path} />
        </Content>
      </>
    )
  const { params } = parsed
  const { filters } = params
  const moment = await now()
  const other = { ...params, filters: { ...filters, by: filters.by === 'name' ? 'endpoint' : 'name' } as const }
  const [page, otherTotal, silence] = await Promise.all([
    listOffline(viewer, params, moment.mig),
    countOffline(viewer, other, moment.mig),
    getSilence(viewer, moment.mig),
  ])
  const [names, endpoints] = filters.by === 'name' ? [page.total, otherTotal] : [otherTotal, page.total]
  const shown =
    filters.by === 'name'
      ? names.count === 1
        ? 'name was'
        : 'names were'
      : endpoints.count === 1
        ? 'endpoint was'
        : 'endpoints were'
  const differences = [
    filters.seen !== DOCUMENTED_SEEN && `This page asks for ${formatDuration(filters.seen)} instead of 30 days.`,
    filters.silent !== DOCUMENTED_SILENT &&
      `This page asks for ${formatDuration(filters.silent)} instead of 5 minutes.`,
    filters.by === 'endpoint' && 'This page asks by endpoint (queueloc), the statement by name.',
    filters.name && 'This page shows only names that hold the filtered text.',
    moment.fixed && `This page takes ${formatUtc(moment.mig)} as now, as MIG_NOW says.`,
    params.sort.key !== 'name' && 'This page is sorted by the last heartbeat, the statement by name.',
  ].filter((difference) => typeof difference === 'string')
  return (
    <>
      <PageHeader crumbs={crumbs} title="Offline" live={<Live now={moment} />} />
      <Content>
        <SilenceNotice silence={silence} now={moment.mig} />
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <p>
            <strong className="font-semibold">{totalInWords(page.total)}</strong> {shown} seen in the last{' '}
            {formatDuration(filters.seen)} and {page.total.count === 1 ? 'is' : 'are'} silent for{' '}
            {formatDuration(filters.silent)} or longer.
          </p>
          <Segments
            label="By name or by endpoint"
            current={filters.by}
            options={[
              {
                key: 'name',
                label: 'By name, as documented',
                href: offlineList.href(params, { filters: { by: null } }),
                count: totalInWords(names),
              },
              {
                key: 'endpoint',
                label: 'By endpoint',
                href: offlineList.href(params, { filters: { by: 'endpoint' } }),
                count: totalInWords(endpoints),
              },
            ]}
          />
        </div>
        <OfflineFilters params={params} />
        <OfflineTable params={params} page={page} now={moment.mig} />
        <p className="max-w-text text-muted text-sm">
          By name, a machine counts as heard while any agent of that name beats; two machines of one name hide each
          other. By endpoint each queue is asked by itself.
        </p>
        <DocumentedSql statement={DOCUMENTED_OFFLINE} differences={differences} />
      </Content>
    </>
  )
})
