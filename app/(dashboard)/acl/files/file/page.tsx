import { AclRules, AclText, FileGaps, NeededKeys } from '@/components/acl/acl-file'
import { AclNote } from '@/components/acl/acl-note'
import { AclTabs } from '@/components/acl/acl-tabs'
import { CompareFileForm } from '@/components/acl/compare-file-form'
import { LastFileWords } from '@/components/acl/file-state'
import { Notice } from '@/components/feedback/notice'
import { NotFoundPanel, ProblemPanel } from '@/components/feedback/panels'
import { Columns, Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { PageHeader } from '@/components/layout/page-header'
import { Section } from '@/components/layout/section'
import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { requireViewer } from '@/lib/auth/viewer'
import { formatCount, formatNumber } from '@/lib/format'
import { listTwins } from '@/lib/mig/acl/acl-lists'
import type { AclFileView } from '@/lib/mig/acl/files'
import { getAclFile } from '@/lib/mig/acl/files'
import { aclEndpointList, aclFileView, aclGroupList } from '@/lib/mig/acl/search-params'
import { now } from '@/lib/now'

export const metadata = { title: 'ACL file' }

const crumbs = [
  { label: 'ACL', href: '/acl/requirements' },
  { label: 'Files', href: aclGroupList.path },
]

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const parsed = aclFileView.parse(await searchParams)
  const { agent, group, form } = parsed.ok ? parsed.params.filters : {}
  const problem =
    (await listTwins(viewer)) ??
    (!parsed.ok ? parsed.problem : Boolean(agent) === Boolean(group) ? 'Choose an endpoint, or an ACL.' : null)
  if (problem !== null)
    return (
      <>
        <PageHeader crumbs={crumbs} title="ACL file" />
        <Content>
          <ProblemPanel problem={problem} clearHref={aclGroupList.all} />
        </Content>
      </>
    )
  const moment = await now()
  const view = await getAclFile(viewer, agent ? { agent: agent.id } : { group: group ?? '' }, moment)
  if (!view)
    return (
      <>
        <PageHeader crumbs={crumbs} title="ACL file" />
        <Content>
          <NotFoundPanel title={agent ? 'There is no such agent' : 'No endpoint has this ACL any more'} />
        </Content>
      </>
    )
  const title = view.endpoint ? `ACL file of ${view.endpoint.name}` : `ACL ${view.digest.slice(0, 12)}`
  return (
    <>
      <PageHeader crumbs={crumbs} title={visibleText(title)} />
      <Content>
        <AclTabs current="files" />
        <div className="flex flex-col gap-1">
          <Subject view={view} />
          <AclNote />
        </div>
        {view.stale && (
          <Notice tone="attention" title="The rules changed since these endpoints were grouped">
            What is shown is what one of them has now. <TextLink href={aclGroupList.path}>Open the list again</TextLink>{' '}
            for the ACLs as they are.
          </Notice>
        )}
        <FileStanding view={view} now={moment.clock} />
        <FileGaps view={view} />
        <Columns aside={<NeededKeys view={view} />}>
          <Section title="What it says">
            <AclRules view={view} />
          </Section>
          <AclText view={view} form={form ?? '2019'} />
          {!view.stale && (
            <Section title="Compare with an agent’s file" remark="module by module and person by person">
              <CompareFileForm
                of={
                  'agent' in view.of ? { name: 'agent', value: view.of.agent } : { name: 'group', value: view.of.group }
                }
              />
            </Section>
          )}
        </Columns>
      </Content>
    </>
  )
})

function Subject({ view }: { view: AclFileView }) {
  if (view.endpoint)
    return (
      <p>
        What the tables say of{' '}
        <TextLink href={`/agents/${view.endpoint.id}`}>
          <bdi>{visibleText(view.endpoint.name)}</bdi>
        </TextLink>
        , by its newest row, now. <TextLink href={`${aclFileView.path}?group=${view.digest}`}>All endpoints</TextLink>{' '}
        with this ACL (<Mono>{view.digest.slice(0, 12)}</Mono>).
      </p>
    )
  return (
    <p>
      The tables say this of{' '}
      <TextLink href={`${aclEndpointList.path}?group=${view.digest}`}>
        {formatCount(view.endpoints, 'endpoint')}
      </TextLink>
      .
    </p>
  )
}

/** How the tables stand to the last file, of the endpoint or of the group. */
function FileStanding({ view, now }: { view: AclFileView; now: string }) {
  if (!view.last) return <p className="text-muted">No file of it was exported or compared here yet.</p>
  const unknown = view.endpoints - view.same - view.differing
  const words = (
    <>
      The newest was <LastFileWords last={view.last} now={now} />.
    </>
  )
  if (view.endpoint)
    return view.differing > 0 ? (
      <Notice tone="attention" title="The tables differ from the file last exported or uploaded">
        {words}
      </Notice>
    ) : (
      <Notice tone="good" title="The tables say what the last file says">
        {words}
      </Notice>
    )
  return (
    <Notice
      tone={view.differing > 0 ? 'attention' : unknown > 0 ? 'neutral' : 'good'}
      title={
        view.differing > 0
          ? `The tables differ from the file last exported or uploaded on ${formatCount(view.differing, 'endpoint')}`
          : unknown > 0
            ? `The tables say what the last file says on ${formatNumber(view.same)} of ${formatCount(view.endpoints, 'endpoint')}`
            : 'The tables say what the last file says'
      }
    >
      {words} The same on {formatNumber(view.same)}
      {unknown > 0 && <>; of {formatNumber(unknown)} no file is known</>}.
    </Notice>
  )
}
