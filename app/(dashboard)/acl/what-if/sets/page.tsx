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
import { requireViewer } from '@/lib/auth/viewer'
import { getAsked } from '@/lib/mig/acl/asked'
import { whatIfList } from '@/lib/mig/acl/search-params'
import { getFurtherSigners } from '@/lib/mig/acl/what-if-sets'
import { now } from '@/lib/now'

export const metadata = { title: 'Who else would have to sign' }

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const parsed = whatIfList.parse(await searchParams)
  const crumbs = [
    { label: 'ACL', href: '/acl/requirements' },
    { label: 'What if', href: parsed.ok ? whatIfList.href(parsed.params) : whatIfList.path },
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
  const [moment, asked] = await Promise.all([now(), getAsked(viewer, params)])
  const found = asked && (await getFurtherSigners(viewer, asked, params))
  const answer = found?.answer
  return (
    <>
      {/* Looked at again only while it is being worked out: it is a pass over the whole fleet. */}
      <PageHeader crumbs={crumbs} title={title} live={found && !answer ? <Live now={moment} /> : undefined} />
      <Content>
        <AclTabs current="what-if" />
        <div className="flex flex-col gap-1">
          <p>At most three further people for the endpoints that lack weight, by the weights in the tables.</p>
          <AclNote />
        </div>
        {!asked && (
          <EmptyState title="Ask first who signs and what runs" icon="permission">
            The page What if leads here with a question.
          </EmptyState>
        )}
        {asked && <AskedQuestion asked={asked} />}
        {found && !answer && (
          <Notice tone="waiting" title="Being worked out">
            It is a pass over the rules of the whole fleet. Look again in a minute.
          </Notice>
        )}
        {asked && found && answer && (
          <>
            <p className="text-muted text-xs">
              Worked out <Answered at={answer.madeAt} clock={moment.clock} />, as documented.
            </p>
            <FurtherSigners params={params} asked={asked} found={answer.found} people={found.people} />
          </>
        )}
      </Content>
    </>
  )
})
