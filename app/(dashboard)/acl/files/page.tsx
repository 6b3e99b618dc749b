import { AclGroupTable } from '@/components/acl/acl-group-table'
import { AclNote } from '@/components/acl/acl-note'
import { AclTabs } from '@/components/acl/acl-tabs'
import { FileFilters } from '@/components/acl/file-filters'
import { totalInWords } from '@/components/data-table/pager'
import { Moment } from '@/components/feedback/moment'
import { Notice } from '@/components/feedback/notice'
import { EmptyState, ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { PageHeader } from '@/components/layout/page-header'
import { LinkButton } from '@/components/ui/button'
import { TextLink } from '@/components/ui/text-link'
import { requireViewer } from '@/lib/auth/viewer'
import { formatCount } from '@/lib/format'
import { getAclPass, listAclGroups, listTwins } from '@/lib/mig/acl/files'
import { aclEndpointList, aclGroupList } from '@/lib/mig/acl/search-params'
import { now } from '@/lib/now'

export const metadata = { title: 'ACL files' }

const crumbs = [{ label: 'ACL', href: '/acl/requirements' }]

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const parsed = aclGroupList.parse(await searchParams)
  const twins = await listTwins(viewer)
  if (!parsed.ok || twins)
    return (
      <>
        <PageHeader crumbs={crumbs} title="ACL files" />
        <Content>
          <AclTabs current="files" />
          {twins ? (
            <Notice tone="attention" title="No file can be made">
              {twins} <TextLink href="/acl/modules">The modules</TextLink>
            </Notice>
          ) : (
            !parsed.ok && <ProblemPanel problem={parsed.problem} clearHref={aclGroupList.path} />
          )}
        </Content>
      </>
    )
  const { params } = parsed
  const [moment, pass] = await Promise.all([now(), getAclPass(viewer)])
  if (!pass)
    return (
      <>
        <PageHeader crumbs={crumbs} title="ACL files" />
        <Content>
          <AclTabs current="files" />
          <EmptyState
            title="The endpoints’ ACLs are being compared for the first time"
            icon="clock"
            action={
              <LinkButton href={aclGroupList.path} icon="refresh">
                Look again
              </LinkButton>
            }
          >
            On a large fleet this takes some seconds. An endpoint’s own file is there already, on its page.
          </EmptyState>
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
            {totalInWords(page.total)} different ACLs, each with the{' '}
            <TextLink href={aclEndpointList.path}>endpoints</TextLink> that it is for: by the tables, as of{' '}
            <Moment at={pass.madeAt} now={moment.clock} />, when {formatCount(pass.endpoints, 'endpoint')} were looked
            at.
          </p>
          <AclNote />
        </div>
        <FileFilters list={aclGroupList} params={params} />
        <AclGroupTable params={params} page={page} />
      </Content>
    </>
  )
})
