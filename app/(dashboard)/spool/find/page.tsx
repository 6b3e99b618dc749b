import { Panel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { FoundView } from '@/components/spool/found'
import { SpoolTools } from '@/components/spool/tools'
import { requireViewer } from '@/lib/auth/viewer'
import { changeHref, spoolChange } from '@/lib/mig/spool/change'
import { findEverywhere } from '@/lib/mig/spool/find'
import { now } from '@/lib/now'

export const metadata = { title: 'Find in the spool' }

const crumbs = [{ label: 'Spool', href: '/spool' }]

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const given = (await searchParams).q
  const q = (Array.isArray(given) ? given[0] : given)?.trim().slice(0, 300) ?? ''
  const [token, found, moment] = await Promise.all([
    q ? spoolChange(viewer) : '',
    q ? findEverywhere(viewer, q) : null,
    now(),
  ])
  return (
    <>
      <PageHeader
        crumbs={crumbs}
        title="Find an id"
        live={found && <Live now={moment} watch={{ mode: 'change', href: changeHref(token) }} />}
      />
      <Content>
        <SpoolTools asked={q} />
        {!q ? (
          <p className="max-w-text text-muted">
            Finds an action or a command in the database and in all states of the spool, by its id: as the database
            prints it, as a file is named, or as MIG’s JSON rounds it.
          </p>
        ) : found ? (
          <FoundView found={found} now={moment.mig} />
        ) : (
          <Panel icon="search" tone="attention" title="This is no id">
            <p>An id of MIG is a whole number, such as 6059408362783470592 or 6.059408362783471e+18.</p>
          </Panel>
        )}
      </Content>
    </>
  )
})
