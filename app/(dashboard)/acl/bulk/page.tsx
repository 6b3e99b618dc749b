import { AclNote } from '@/components/acl/acl-note'
import { AclTabs } from '@/components/acl/acl-tabs'
import { BulkCells } from '@/components/acl/bulk-cells'
import { BulkForm } from '@/components/acl/bulk-form'
import { BulkQuestion } from '@/components/acl/bulk-question'
import { Notice } from '@/components/feedback/notice'
import { NoAccess, ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { PageHeader } from '@/components/layout/page-header'
import { Section } from '@/components/layout/section'
import { StatStrip } from '@/components/layout/stat-strip'
import { Card } from '@/components/ui/card'
import { requireViewer } from '@/lib/auth/viewer'
import { formatCount, formatNumber } from '@/lib/format'
import { bulkLacks, bulkTooMuch, previewBulk, SHOWN_CELLS } from '@/lib/mig/acl/bulk'
import { type BulkCounts, countsText, MOST_BULK, written } from '@/lib/mig/acl/bulk-counts'
import { listPeople } from '@/lib/mig/acl/endpoints'
import { bulkList } from '@/lib/mig/acl/search-params'
import { listModules } from '@/lib/mig/modules/queries'
import { now } from '@/lib/now'

export const metadata = { title: 'Change in bulk' }

const crumbs = [{ label: 'ACL', href: '/acl/requirements' }]

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const parsed = bulkList.parse(await searchParams)
  if (!parsed.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title="Change in bulk" />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={bulkList.path} />
        </Content>
      </>
    )
  const { params } = parsed
  const { given, filters } = params
  const asked = Object.keys(given).length > 0
  const lacks = bulkLacks(params)
  const [modules, people, moment] = await Promise.all([listModules(viewer), listPeople(viewer), now()])
  const refused = lacks ?? (asked ? await bulkTooMuch(viewer, params, moment.mig) : null)
  const preview = asked && !refused ? await previewBulk(viewer, params, moment.mig) : null
  const query = new URL(bulkList.href(params), 'http://list').search.slice(1)
  return (
    <>
      <PageHeader crumbs={crumbs} title="Change in bulk" />
      <Content>
        <AclTabs current="bulk" />
        <div className="flex flex-col gap-1">
          <p className="max-w-text">
            One change for all endpoints that a filter leaves, each on its newest row. It is counted first, measured
            when you ask, and saved as one batch with a reason.
          </p>
          <AclNote />
        </div>
        <BulkQuestion params={params} modules={modules} people={people} />
        {asked && refused && <Notice tone="neutral">{refused}</Notice>}
        {preview && (
          <Section
            title="What would change"
            remark={
              filters.do === 'carry-over'
                ? 'From the newest of an endpoint’s older rows that has any rule; a rule of the newest row is never overwritten.'
                : undefined
            }
            action={
              <>
                <span className="text-muted text-xs">Export</span>
                {(['csv', 'ndjson'] as const).map((format) => (
                  <a
                    key={format}
                    className="text-accent text-xs hover:underline"
                    href={`${bulkList.path}/export?${query}&format=${format}`}
                    download
                  >
                    {format.toUpperCase()}
                  </a>
                ))}
              </>
            }
          >
            <Figures counts={preview.counts} />
            <Save counts={preview.counts} query={query} canEdit={viewer.role === 'admin'} />
            {preview.cells.length > 0 && (
              <>
                <BulkCells cells={preview.cells} caption="Cells that would change" />
                {written(preview.counts) + preview.counts.differing > SHOWN_CELLS && (
                  <p className="text-muted text-xs">
                    The first {SHOWN_CELLS} of {formatNumber(written(preview.counts) + preview.counts.differing)}; the
                    export has all of them.
                  </p>
                )}
              </>
            )}
          </Section>
        )}
      </Content>
    </>
  )
})

function Figures({ counts }: { counts: BulkCounts }) {
  const { endpoints, touched, added, changed, removed, unchanged, differing } = counts
  const stat = (label: string, value: number) => ({ key: label, label, value: formatNumber(value) })
  return (
    <StatStrip
      label="Cells"
      stats={[
        stat('endpoints', endpoints),
        stat('of them touched', touched),
        stat('new', added),
        stat('changed', changed),
        stat('removed', removed),
        stat('unchanged', unchanged),
        ...(differing > 0 ? [{ ...stat('left: they differ', differing), tone: 'attention' as const }] : []),
      ]}
    />
  )
}

function Save({ counts, query, canEdit }: { counts: BulkCounts; query: string; canEdit: boolean }) {
  const cells = written(counts)
  if (!canEdit && cells === 0) return <Notice tone="neutral">Nothing would change.</Notice>
  if (!canEdit) return <NoAccess needs="admin" />
  if (cells > MOST_BULK)
    return (
      <Notice tone="attention">
        {formatCount(cells, 'cell')} are too many for one batch: it takes {formatNumber(MOST_BULK)}. Narrow the filters,
        for instance by group.
      </Notice>
    )
  // Kept while the counts change under it: what it answered stays to be read.
  return (
    <Card>
      <BulkForm key={query} query={query} seen={countsText(counts)} cells={cells} />
    </Card>
  )
}
