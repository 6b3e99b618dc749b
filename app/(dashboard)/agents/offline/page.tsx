import { Suspense } from 'react'
import { DocumentedSql } from '@/components/agents/documented-sql'
import { OfflineDifference } from '@/components/agents/offline-difference'
import { OfflineFilters } from '@/components/agents/offline-filters'
import { OfflineTable } from '@/components/agents/offline-table'
import { SilenceNotice } from '@/components/agents/silence-notice'
import { totalInWords } from '@/components/data-table/pager'
import { ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { Section } from '@/components/layout/section'
import { Segments } from '@/components/layout/tabs'
import { TextLink } from '@/components/ui/text-link'
import { requireViewer } from '@/lib/auth/viewer'
import { formatDuration, formatUtc } from '@/lib/format'
import { DOCUMENTED_OFFLINE } from '@/lib/mig/agents/documented.sql'
import { countOfflineShown, listOffline } from '@/lib/mig/agents/offline-queries'
import { recentComparison } from '@/lib/mig/agents/recent'
import { DOCUMENTED_SEEN, DOCUMENTED_SILENT, offlineList } from '@/lib/mig/agents/search-params'
import { getSilence } from '@/lib/mig/agents/silence'
import { now } from '@/lib/now'
import { openDefaultView, SavedViews } from '../../saved-views'

export const metadata = { title: 'Offline agents' }

const crumbs = [{ label: 'Agents', href: '/agents' }]

// Long enough for all but the largest fleets, so that the comparison is there without scripts as well.
const SOON_MS = 1_000

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const raw = await searchParams
  await openDefaultView(viewer, offlineList, raw)
  const parsed = offlineList.parse(raw)
  if (!parsed.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title="Offline" />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={offlineList.all} />
        </Content>
      </>
    )
  const { params } = parsed
  const { filters } = params
  const moment = await now()
  const other = { ...params, filters: { ...filters, by: filters.by === 'name' ? 'endpoint' : 'name' } as const }
  const difference = recentComparison(viewer, params, moment.mig)
  // Awaited in a part of its own: when the page fails first, nobody is left to hear of it.
  difference.catch(() => {})
  const [page, counted, silence] = await Promise.all([
    listOffline(viewer, params, moment.mig),
    filters.only ? null : countOfflineShown(viewer, other, moment.mig),
    getSilence(viewer, moment.mig),
  ])
  const otherTotal = counted?.total ?? null
  const settled = difference.then(
    () => true,
    () => true,
  )
  const isCompared = await Promise.race([settled, new Promise<false>((settle) => setTimeout(settle, SOON_MS, false))])
  const [names, endpoints] = filters.by === 'name' ? [page.total, otherTotal] : [otherTotal, page.total]
  const noun = filters.by === 'name' ? 'name' : 'endpoint'
  const shown = page.total.count === 1 ? `${noun} was` : `${noun}s were`
  const differences = [
    filters.seen !== DOCUMENTED_SEEN && `This page asks for ${formatDuration(filters.seen)} instead of 30 days.`,
    filters.silent !== DOCUMENTED_SILENT &&
      `This page asks for ${formatDuration(filters.silent)} instead of 5 minutes.`,
    filters.by === 'endpoint' && 'This page asks by endpoint (queueloc), the statement by name.',
    filters.lost && `This page shows only what was lost within the last ${formatDuration(filters.lost)}.`,
    filters.only && 'This page shows only what the other answer does not list.',
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
            {formatDuration(filters.silent)} or longer
            {filters.lost && `, lost within the last ${formatDuration(filters.lost)}`}
            {filters.only && (filters.by === 'name' ? ', and not listed by endpoint' : ', and not listed by name')}.
          </p>
          <Segments
            label="By name or by endpoint"
            current={filters.by}
            options={[
              {
                key: 'name',
                label: 'By name, as documented',
                href: offlineList.href(params, { filters: { by: null, only: null } }),
                count: names && totalInWords(names),
              },
              {
                key: 'endpoint',
                label: 'By endpoint',
                href: offlineList.href(params, { filters: { by: 'endpoint', only: null } }),
                count: endpoints && totalInWords(endpoints),
              },
            ]}
          />
        </div>
        <div className="flex flex-wrap items-end justify-between gap-x-4 gap-y-2">
          <SavedViews viewer={viewer} list={offlineList} params={params}>
            <OfflineFilters params={params} />
          </SavedViews>
          <TextLink
            className="inline-flex h-8 items-center text-sm"
            href={offlineList.href(params, { filters: { lost: '24h' }, sort: { key: 'seen', descending: true } })}
          >
            New since yesterday
          </TextLink>
        </div>
        <OfflineTable params={params} page={page} now={moment.mig} />
        <Section title="By name or by endpoint" remark="why the two answers differ">
          <p className="max-w-text text-muted text-sm">
            By name, a machine counts as heard while any agent of that name beats; two machines of one name hide each
            other. By endpoint each queue is asked by itself.
          </p>
          {isCompared ? (
            <OfflineDifference params={params} difference={difference} now={moment.mig} />
          ) : (
            <Suspense fallback={<p className="text-faint text-sm">Comparing the two answers</p>}>
              <OfflineDifference params={params} difference={difference} now={moment.mig} />
            </Suspense>
          )}
        </Section>
        <DocumentedSql
          statement={DOCUMENTED_OFFLINE}
          differences={differences}
          ran={[...page.ran, ...(counted ? [counted.ran] : []), ...silence.ran]}
        />
      </Content>
    </>
  )
})
