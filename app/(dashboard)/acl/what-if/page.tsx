import { AclNote } from '@/components/acl/acl-note'
import { AclTabs } from '@/components/acl/acl-tabs'
import { Answered } from '@/components/acl/answered'
import { AskedQuestion } from '@/components/acl/asked-question'
import { RuleBooks } from '@/components/acl/rule-books'
import { WhatIfForm } from '@/components/acl/what-if-form'
import { WhatIfTable } from '@/components/acl/what-if-table'
import { Notice } from '@/components/feedback/notice'
import { EmptyState, ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { PageHeader } from '@/components/layout/page-header'
import { TextLink } from '@/components/ui/text-link'
import { requireViewer } from '@/lib/auth/viewer'
import { formatCount } from '@/lib/format'
import { getAsked } from '@/lib/mig/acl/asked'
import { listPeople } from '@/lib/mig/acl/endpoints'
import { whatIfList } from '@/lib/mig/acl/search-params'
import { listWhatIf } from '@/lib/mig/acl/what-if'
import { countWhatIf } from '@/lib/mig/acl/what-if-counts'
import { listModules } from '@/lib/mig/modules/queries'
import { now } from '@/lib/now'

export const metadata = { title: 'What if' }

const crumbs = [{ label: 'ACL', href: '/acl/requirements' }]

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const parsed = whatIfList.parse(await searchParams)
  if (!parsed.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title="What if" />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={whatIfList.path} />
        </Content>
      </>
    )
  const { params } = parsed
  const [moment, modules, people, asked] = await Promise.all([
    now(),
    listModules(viewer),
    listPeople(viewer),
    getAsked(viewer, params),
  ])
  const answer = asked && (await countWhatIf(viewer, asked, params))
  const counts = answer?.found ?? null
  const page = asked && counts && (await listWhatIf(viewer, asked, params, counts, moment.mig))
  return (
    <>
      <PageHeader crumbs={crumbs} title="What if" />
      <Content>
        <AclTabs current="what-if" />
        <div className="flex flex-col gap-1">
          <p>Who signs, and what runs: which endpoints would accept it, by the weights in the tables?</p>
          <AclNote />
        </div>
        <WhatIfForm params={params} people={people} modules={modules} asked={asked} />
        {asked && <AskedQuestion asked={asked} />}
        {asked && counts && page ? (
          <>
            <RuleBooks params={params} asked={asked} counts={counts} />
            {answer && (
              <p className="text-muted text-xs">
                Judged <Answered at={answer.madeAt} clock={moment.clock} />; the rows below are judged as they are
                shown.
              </p>
            )}
            {counts.differs.runs > 0 && (
              <Notice tone="bad" title="A gap of 2014 agents">
                On{' '}
                <TextLink href={whatIfList.href(params, { filters: { outcome: null, short: null, differs: 'runs' } })}>
                  {formatCount(counts.differs.runs, 'endpoint')}
                </TextLink>{' '}
                the weights refuse this, and an agent of 2014 runs it all the same: it checks the first operation only.
              </Notice>
            )}
            {counts.books.documented.short > 0 && (
              <p className="text-sm">
                <TextLink
                  href={whatIfList.href(
                    params,
                    { filters: { outcome: null, differs: null, short: null, book: null } },
                    '/acl/what-if/sets',
                  )}
                >
                  Who else would have to sign
                </TextLink>{' '}
                <span className="text-muted">
                  for the {formatCount(counts.books.documented.short, 'endpoint')} that lack weight
                </span>
              </p>
            )}
            <WhatIfTable params={params} page={page} now={moment.mig} />
          </>
        ) : (
          <EmptyState title="Choose who signs and what runs" icon="permission">
            Or come from an action: its page leads here with its signers and modules.
          </EmptyState>
        )}
      </Content>
    </>
  )
})
