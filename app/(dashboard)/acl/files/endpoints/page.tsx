import { AclEndpointTable } from '@/components/acl/acl-endpoint-table'
import { AclNote } from '@/components/acl/acl-note'
import { AclTabs } from '@/components/acl/acl-tabs'
import { FileFilters } from '@/components/acl/file-filters'
import { totalInWords } from '@/components/data-table/pager'
import { ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { PageHeader } from '@/components/layout/page-header'
import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { requireViewer } from '@/lib/auth/viewer'
import { getAclPass, listAclEndpoints } from '@/lib/mig/acl/files'
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
  await getAclPass(viewer)
  const moment = await now()
  const page = await listAclEndpoints(viewer, params, moment.mig)
  const { group } = params.filters
  return (
    <>
      <PageHeader crumbs={crumbs} title="Endpoints" />
      <Content>
        <AclTabs current="files" />
        <div className="flex flex-col gap-1">
          <p>
            {totalInWords(page.total)} endpoints{' '}
            {group && (
              <>
                with the ACL{' '}
                <TextLink href={`${aclFileView.path}?group=${group}`}>
                  <Mono>{group.slice(0, 12)}</Mono>
                </TextLink>
              </>
            )}{' '}
            and what was last exported for them or uploaded.
          </p>
          <AclNote />
        </div>
        <FileFilters list={aclEndpointList} params={params} keep={['group']} />
        <AclEndpointTable params={params} page={page} now={moment.clock} />
      </Content>
    </>
  )
})
