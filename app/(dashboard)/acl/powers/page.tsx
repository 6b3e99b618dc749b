import { AclNote } from '@/components/acl/acl-note'
import { AclTabs } from '@/components/acl/acl-tabs'
import { PowerFilters } from '@/components/acl/power-filters'
import { PowerTable } from '@/components/acl/power-table'
import { EmptyState, ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { PageHeader } from '@/components/layout/page-header'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { requireViewer } from '@/lib/auth/viewer'
import { getPerson, listPeople } from '@/lib/mig/acl/endpoints'
import { listPowers } from '@/lib/mig/acl/powers'
import { powerList } from '@/lib/mig/acl/search-params'
import { listModules } from '@/lib/mig/modules/queries'
import { now } from '@/lib/now'

export const metadata = { title: 'What a person may run' }

const crumbs = [{ label: 'ACL', href: '/acl/requirements' }]
const TITLE = 'What a person may run'

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const parsed = powerList.parse(await searchParams)
  if (!parsed.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title={TITLE} />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={powerList.path} />
        </Content>
      </>
    )
  const { params } = parsed
  const { investigator, partner } = params.filters
  const [moment, people, modules] = await Promise.all([now(), listPeople(viewer), listModules(viewer)])
  const [person, other, page] = await Promise.all([
    investigator ? getPerson(viewer, investigator.id) : null,
    partner ? getPerson(viewer, partner.id) : null,
    investigator ? listPowers(viewer, params, moment.mig) : null,
  ])
  return (
    <>
      <PageHeader crumbs={crumbs} title={TITLE} />
      <Content>
        <AclTabs current="powers" />
        <div className="flex flex-col gap-1">
          {person && (
            <p>
              The rules of endpoints’ newest processes for whose module{' '}
              <TextLink href={`/investigators/${person.id}`}>{visibleText(person.name)}</TextLink> has weight
              {other && (
                <>
                  , reached together with{' '}
                  <TextLink href={`/investigators/${other.id}`}>{visibleText(other.name)}</TextLink> and by neither
                  alone
                </>
              )}
              . The module default stands for every module without a minimum of its own. Left out, as they count as
              refusing: modules of which two share a name, and what live processes of one endpoint have different rules
              for.
            </p>
          )}
          <AclNote />
        </div>
        <PowerFilters params={params} people={people} modules={modules} />
        {page ? (
          <PowerTable params={params} page={page} now={moment.mig} />
        ) : (
          <EmptyState title="Choose an investigator" icon="investigator">
            <ul className="flex flex-wrap justify-center gap-x-4 gap-y-2">
              {people.map(({ id, name }) => (
                <li key={id}>
                  <TextLink href={`${powerList.path}?investigator=${id}`}>{visibleText(name)}</TextLink>
                </li>
              ))}
            </ul>
          </EmptyState>
        )}
      </Content>
    </>
  )
})
