import { notFound } from 'next/navigation'
import { ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { SpoolFailurePanel } from '@/components/spool/failure'
import { SpoolFileFilters, SpoolFileTable } from '@/components/spool/file-table'
import { requireViewer } from '@/lib/auth/viewer'
import { formatCount, formatNumber } from '@/lib/format'
import { listSpoolFiles } from '@/lib/mig/spool/queries'
import { readDirectory, spoolFileList } from '@/lib/mig/spool/search-params'
import { now } from '@/lib/now'

export const metadata = { title: 'Spool files' }

const crumbs = [{ label: 'Spool', href: '/spool' }]

export default dataPage(async ({ params: route, searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const directory = readDirectory(await route)
  if (!directory) notFound()
  const list = spoolFileList(directory)
  const title = directory.join('/')
  const parsed = list.parse(await searchParams)
  if (!parsed.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title={title} />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={list.path} />
        </Content>
      </>
    )
  const { params } = parsed
  const { size, after, before, filters } = params
  const [answer, moment] = await Promise.all([
    listSpoolFiles(viewer, { directory, size, after, before, name: filters.name }),
    now(),
  ])
  return (
    <>
      <PageHeader crumbs={crumbs} title={title} live={<Live now={moment} />} />
      <Content>
        {answer.ok ? (
          <>
            <p className="text-muted">
              {formatCount(answer.value.entries, 'entry', 'entries')}
              {filters.name && `, ${formatNumber(answer.value.total.count)} with this in the name`}, by name.
              {answer.value.rows.length > 0 &&
                answer.value.rows.length < answer.value.total.count &&
                ` Shown are ${formatNumber(answer.value.preceding + 1)} to ${formatNumber(answer.value.preceding + answer.value.rows.length)}.`}
            </p>
            <SpoolFileFilters directory={directory} params={params} />
            <SpoolFileTable directory={directory} params={params} page={answer.value} />
          </>
        ) : (
          <SpoolFailurePanel failure={answer} />
        )}
      </Content>
    </>
  )
})
