import { AclNote } from '@/components/acl/acl-note'
import { AclTabs } from '@/components/acl/acl-tabs'
import { Answered } from '@/components/acl/answered'
import { AskedQuestion } from '@/components/acl/asked-question'
import { FurtherSigners } from '@/components/acl/further-signers'
import { Notice } from '@/components/feedback/notice'
import { EmptyState, ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { requireViewer } from '@/lib/auth/viewer'
import { getAsked } from '@/lib/mig/acl/asked'
import { ENDPOINT_OUTCOMES } from '@/lib/mig/acl/endpoint-verdict'
import { listLackGroups } from '@/lib/mig/acl/lack-groups'
import { lackGroupList, whatIfList } from '@/lib/mig/acl/search-params'
import { getFurtherSigners } from '@/lib/mig/acl/what-if-sets'
import { now } from '@/lib/now'

/** The verdicts that more weight does not change. */
const REFUSED_ANYWAY = ENDPOINT_OUTCOMES.filter((outcome) => outcome !== 'accepted' && outcome !== 'short')
const NARROWED = { name: 'a name like', os: 'the system', state: 'the state' }

export const metadata = { title: 'Who else would have to sign' }

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const parsed = lackGroupList.parse(await searchParams)
  const questionHref = (filters = {}) =>
    parsed.ok
      ? whatIfList.href(
          { ...parsed.params, filters: {} as never, sort: whatIfList.defaultSort, columns: null },
          { filters },
        )
      : whatIfList.path
  const crumbs = [
    { label: 'ACL', href: '/acl/requirements' },
    { label: 'What if', href: questionHref() },
  ]
  const title = 'Who else would have to sign'
  if (!parsed.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title={title} />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={whatIfList.path} />
        </Content>
      </>
    )
  const { params } = parsed
  const narrowed = (['name', 'os', 'state'] as const)
    .flatMap((name) => (params.given[name] ? [`${NARROWED[name]} ${visibleText(params.given[name].join(', '))}`] : []))
    .join(' and ')
  const [moment, asked] = await Promise.all([now(), getAsked(viewer, params)])
  const found = asked && (await getFurtherSigners(viewer, asked, params.filters))
  const page = found && (await listLackGroups(viewer, found, params))
  const answer = page && found.answer
  return (
    <>
      {/* Looked at again only while it is being worked out: it is a pass over the whole fleet. */}
      <PageHeader crumbs={crumbs} title={title} live={found && !answer ? <Live now={moment} /> : undefined} />
      <Content>
        <AclTabs current="what-if" />
        <div className="flex flex-col gap-1">
          <p>
            At most three further people for the endpoints that lack weight, by the weights in the tables.
            {asked && (
              <>
                {' '}
                No further signature helps where{' '}
                <TextLink href={questionHref({ outcome: REFUSED_ANYWAY.join(',') })}>
                  endpoints refuse for another reason
                </TextLink>
                .
              </>
            )}
          </p>
          <AclNote />
        </div>
        {!asked && (
          <EmptyState title="Ask first who signs and what runs" icon="permission">
            The page What if leads here with a question.
          </EmptyState>
        )}
        {asked && <AskedQuestion asked={asked} />}
        {narrowed && (
          <p className="text-sm">
            Only endpoints with {narrowed}.{' '}
            <TextLink href={lackGroupList.href(params, { filters: { name: null, os: null, state: null } })}>
              All endpoints
            </TextLink>
          </p>
        )}
        {found && !answer && (
          <Notice tone="waiting" title="Being worked out">
            It is a pass over the rules of the whole fleet. Look again in a minute.
          </Notice>
        )}
        {asked && found && page && answer && (
          <>
            <p className="text-muted text-xs">
              Worked out <Answered at={answer.madeAt} clock={moment.clock} />, as documented.
            </p>
            <FurtherSigners params={params} asked={asked} found={answer.found} page={page} people={found.people} />
          </>
        )}
      </Content>
    </>
  )
})
