import { notFound } from 'next/navigation'
import { ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { SpoolFailurePanel } from '@/components/spool/failure'
import { SpoolFileFilters, SpoolFileTable, SpoolListNote } from '@/components/spool/file-table'
import { requireViewer } from '@/lib/auth/viewer'
import { changeHref, spoolChange } from '@/lib/mig/spool/change'
import { listSpoolFiles } from '@/lib/mig/spool/files'
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
  // The token is asked for first: what changes after it is seen as a change.
  const [token, answer, moment] = await Promise.all([
    spoolChange(viewer),
    listSpoolFiles(viewer, { directory, ...params }),
    now(),
  ])
  return (
    <>
      <PageHeader
        crumbs={crumbs}
        title={title}
        live={<Live now={moment} watch={{ mode: 'change', href: changeHref(token) }} />}
      />
      <Content>
        {answer.ok ? (
          <>
            <SpoolListNote directory={directory} params={params} page={answer.value} />
            <SpoolFileFilters directory={directory} params={params} />
            <SpoolFileTable directory={directory} params={params} page={answer.value} />
          </>
        ) : (
          <SpoolFailurePanel failure={answer} back={answer.reason === 'not-scanned' ? list.path : undefined} />
        )}
      </Content>
    </>
  )
})
