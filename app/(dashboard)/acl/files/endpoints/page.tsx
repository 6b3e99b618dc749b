import { AclEndpointTable } from '@/components/acl/acl-endpoint-table'
import { AclNote } from '@/components/acl/acl-note'
import { AclTabs } from '@/components/acl/acl-tabs'
import { Answered } from '@/components/acl/answered'
import { FileFilters } from '@/components/acl/file-filters'
import { NoPass } from '@/components/acl/no-pass'
import { GroupChips } from '@/components/agents/group-chips'
import { totalInWords } from '@/components/data-table/pager'
import { ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { PageHeader } from '@/components/layout/page-header'
import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { requireViewer } from '@/lib/auth/viewer'
import { getAclPass, listAclEndpoints, listTwins } from '@/lib/mig/acl/acl-lists'
import { getPerson } from '@/lib/mig/acl/endpoints'
import { aclEndpointList, aclFileView, aclGroupList } from '@/lib/mig/acl/search-params'
import { now } from '@/lib/now'

export const metadata = { title: 'Endpoints by ACL' }

const crumbs = [
  { label: 'ACL', href: '/acl/requirements' },
  { label: 'Files', href: aclGroupList.path },
]

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const parsed = aclEndpointList.parse(await searchParams)
  if (!parsed.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title="Endpoints" />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={aclEndpointList.path} />
        </Content>
      </>
    )
  const { params } = parsed
  const { group, lists, relists } = params.filters
  const whose = lists ?? relists
  const [moment, twins] = await Promise.all([now(), listTwins(viewer)])
  const pass = twins ? null : await getAclPass(viewer)
  if (!pass)
    return (
      <>
        <PageHeader crumbs={crumbs} title="Endpoints" />
        <Content>
          <AclTabs current="files" />
          <NoPass twins={twins} href={aclEndpointList.href(params)} />
        </Content>
      </>
    )
  const [page, person] = await Promise.all([
    listAclEndpoints(viewer, params, moment.mig),
    whose ? getPerson(viewer, whose.id) : null,
  ])
  return (
    <>
      <PageHeader crumbs={crumbs} title="Endpoints" />
      <Content>
        <AclTabs current="files" />
        <div className="flex flex-col gap-1">
          <p>
            {totalInWords(page.total)} {page.total.count === 1 ? 'endpoint' : 'endpoints'}{' '}
            {group && (
              <>
                with the ACL{' '}
                <TextLink href={`${aclFileView.path}?group=${group}`}>
                  <Mono>{group.slice(0, 12)}</Mono>
                </TextLink>
              </>
            )}{' '}
            {whose && (
              <>
                whose ACL file {lists ? 'lists' : 'would list again, were it enabled,'} the key of{' '}
                <TextLink href={`/investigators/${whose.id}`}>{visibleText(person?.name ?? whose.id)}</TextLink>{' '}
              </>
            )}
            and what was last exported for them or uploaded; ACLs as they were{' '}
            <Answered at={pass.madeAt} clock={moment.clock} />.
          </p>
          <AclNote />
        </div>
        <FileFilters list={aclEndpointList} params={params} keep={['group', 'lists', 'relists', 'in']} />
        {params.filters.in && <GroupChips list={aclEndpointList} params={params} groups={params.filters.in} />}
        <AclEndpointTable params={params} page={page} now={moment.clock} />
      </Content>
    </>
  )
})
