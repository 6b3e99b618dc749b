import { AclGroupTable } from '@/components/acl/acl-group-table'
import { AclNote } from '@/components/acl/acl-note'
import { AclTabs } from '@/components/acl/acl-tabs'
import { Answered } from '@/components/acl/answered'
import { FileFilters } from '@/components/acl/file-filters'
import { NoPass } from '@/components/acl/no-pass'
import { totalInWords } from '@/components/data-table/pager'
import { ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { PageHeader } from '@/components/layout/page-header'
import { TextLink } from '@/components/ui/text-link'
import { requireViewer } from '@/lib/auth/viewer'
import { formatCount } from '@/lib/format'
import { getAclPass, listAclGroups, listTwins } from '@/lib/mig/acl/acl-lists'
import { aclEndpointList, aclGroupList } from '@/lib/mig/acl/search-params'
import { now } from '@/lib/now'
import { openDefaultView, SavedViews } from '../../saved-views'

export const metadata = { title: 'ACL files' }

const crumbs = [{ label: 'ACL', href: '/acl/requirements' }]

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const raw = await searchParams
  await openDefaultView(viewer, aclGroupList, raw)
  const parsed = aclGroupList.parse(raw)
  if (!parsed.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title="ACL files" />
        <Content>
          <AclTabs current="files" />
          <ProblemPanel problem={parsed.problem} clearHref={aclGroupList.all} />
        </Content>
      </>
    )
  const { params } = parsed
  const [moment, twins] = await Promise.all([now(), listTwins(viewer)])
  const pass = twins ? null : await getAclPass(viewer)
  if (!pass)
    return (
      <>
        <PageHeader crumbs={crumbs} title="ACL files" />
        <Content>
          <AclTabs current="files" />
          <NoPass twins={twins} href={aclGroupList.href(params)} />
        </Content>
      </>
    )
  const page = await listAclGroups(viewer, params, moment.mig)
  return (
    <>
      <PageHeader crumbs={crumbs} title="ACL files" />
      <Content>
        <AclTabs current="files" />
        <div className="flex flex-col gap-1">
          <p>
            {totalInWords(page.total)} {page.total.count === 1 ? 'ACL' : 'different ACLs, each'} with the{' '}
            <TextLink href={aclEndpointList.path}>endpoints</TextLink> that it is for: by the tables, as they were{' '}
            <Answered at={pass.madeAt} clock={moment.clock} />, when {formatCount(pass.endpoints, 'endpoint')} were
            looked at.
          </p>
          <AclNote isAtFiles />
        </div>
        <SavedViews viewer={viewer} list={aclGroupList} params={params}>
          <FileFilters list={aclGroupList} params={params} />
        </SavedViews>
        <AclGroupTable params={params} page={page} />
      </Content>
    </>
  )
})
