import { ExactMoment } from '@/components/feedback/moment'
import { Notice } from '@/components/feedback/notice'
import { ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { Section } from '@/components/layout/section'
import { SpoolFailurePanel } from '@/components/spool/failure'
import { ReconcileClasses } from '@/components/spool/reconcile-classes'
import { ReconcileFilters, ReconcileTable } from '@/components/spool/reconcile-table'
import { TextLink } from '@/components/ui/text-link'
import { requireViewer } from '@/lib/auth/viewer'
import { formatCount, formatDuration, formatNumber } from '@/lib/format'
import { getReconcile, listReconciled } from '@/lib/mig/spool/reconcile'
import { reconcileList } from '@/lib/mig/spool/search-params'
import { now } from '@/lib/now'

export const metadata = { title: 'Spool against database' }

const crumbs = [{ label: 'Spool', href: '/spool' }]

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const parsed = reconcileList.parse(await searchParams)
  if (!parsed.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title="Spool against database" />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={reconcileList.path} />
        </Content>
      </>
    )
  const { params } = parsed
  const { run, running, failure } = await getReconcile(viewer)
  const [page, moment] = await Promise.all([listReconciled(viewer, params), now()])
  return (
    <>
      <PageHeader crumbs={crumbs} title="Spool against database" live={<Live now={moment} />} />
      <Content>
        {failure && (run ? <Notice tone="bad">{failure.sentence}</Notice> : <SpoolFailurePanel failure={failure} />)}
        {running && (
          <Notice tone="waiting" title={run ? 'Compared anew' : 'The first comparison is on its way'}>
            {formatCount(running.files, 'file')} and {formatCount(running.rows, 'row')} so far, now{' '}
            {typeof running.phase === 'string' ? `the rows of ${running.phase}` : running.phase.join('/')}.{' '}
            <TextLink href={reconcileList.href(params)}>Look again</TextLink>
          </Notice>
        )}
        {run && page && (
          <>
            <p className="max-w-text text-muted">
              {formatCount(run.files, 'file')} compared with their rows, and {formatCount(run.rows, 'row')} that let a
              file be expected with the files, until <ExactMoment at={run.ended} />; it took{' '}
              {formatDuration(run.tookMs)}. Names decide; files are opened only in action/new and command/returned, and
              where a name may be the moment of a failure.
            </p>
            {run.unread > 0 && (
              <Notice tone="attention">
                {formatCount(run.unread, 'file')} of these {run.unread === 1 ? 'was' : 'were'} not looked into, being
                bigger than 1 MiB or not to be read: whether MIG can use {run.unread === 1 ? 'it' : 'them'} is not
                known.
              </Notice>
            )}
            <ReconcileClasses counts={run.counts} params={params} />
            <Section
              title={
                params.filters.class || params.filters.anomaly
                  ? 'Files and rows that are asked for'
                  : 'What somebody should look at'
              }
              remark={
                page.total.count > 5_000
                  ? `the list keeps ${formatNumber(5_000)} of each class and kind, the export has all`
                  : undefined
              }
            >
              <ReconcileFilters params={params} />
              <ReconcileTable params={params} page={page} now={moment.mig} />
            </Section>
          </>
        )}
      </Content>
    </>
  )
})
