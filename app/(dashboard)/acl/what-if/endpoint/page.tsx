import { AclNote } from '@/components/acl/acl-note'
import { AclTabs } from '@/components/acl/acl-tabs'
import { AskedQuestion } from '@/components/acl/asked-question'
import { SetList } from '@/components/acl/further-signers'
import { BookVerdicts, ReasonLines } from '@/components/acl/reason-lines'
import { EmptyState, NotFoundPanel, ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { PageHeader } from '@/components/layout/page-header'
import { Section } from '@/components/layout/section'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { requireViewer } from '@/lib/auth/viewer'
import { getAsked } from '@/lib/mig/acl/asked'
import { getReasons } from '@/lib/mig/acl/endpoint-reasons'
import { reasonView, whatIfList } from '@/lib/mig/acl/search-params'
import { now } from '@/lib/now'

export const metadata = { title: 'Why an endpoint accepts or refuses' }

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const parsed = reasonView.parse(await searchParams)
  const crumbs = [
    { label: 'ACL', href: '/acl/requirements' },
    { label: 'What if', href: whatIfList.path },
  ]
  const title = 'Why it accepts or refuses'
  if (!parsed.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title={title} />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={whatIfList.path} />
        </Content>
      </>
    )
  const { agent, book } = parsed.params.filters
  const [moment, asked] = await Promise.all([now(), getAsked(viewer, parsed.params)])
  const found = asked && agent ? await getReasons(viewer, asked, agent.id, moment.mig) : null
  return (
    <>
      <PageHeader crumbs={crumbs} title={found ? visibleText(found.endpoint.name) : title} />
      <Content>
        <AclTabs current="what-if" />
        <AclNote />
        {(!asked || !agent) && (
          <EmptyState title="Ask first who signs and what runs" icon="permission">
            Each endpoint that the page What if judges leads here.
          </EmptyState>
        )}
        {asked && agent && !found && <NotFoundPanel title="There is no such agent" />}
        {asked && found && (
          <>
            <AskedQuestion asked={asked} />
            <p className="text-sm">
              By the rules of the newest process of{' '}
              <TextLink href={`/agents/${found.endpoint.id}`}>
                <bdi>{visibleText(found.endpoint.name)}</bdi>
              </TextLink>
              ,{' '}
              <TextLink href={`/acl/requirements?agent=${found.endpoint.id}`}>
                its row in the matrix of minimums
              </TextLink>
              .
            </p>
            <BookVerdicts reasons={found.reasons} current={book} />
            <Section title="Module by module">
              <ReasonLines reasons={found.reasons} signers={asked.signers} agent={found.endpoint.id} />
            </Section>
            {found.sets && (
              <Section title="Who else would have to sign" remark="as documented; every minimal set of at most three">
                <SetList found={found.sets} names={found.names} />
              </Section>
            )}
          </>
        )}
      </Content>
    </>
  )
})
