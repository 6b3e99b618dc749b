import { AclNote } from '@/components/acl/acl-note'
import { AclTabs } from '@/components/acl/acl-tabs'
import { Answered } from '@/components/acl/answered'
import { AskedQuestion } from '@/components/acl/asked-question'
import { RuleBooks } from '@/components/acl/rule-books'
import { WhatIfForm } from '@/components/acl/what-if-form'
import { reasonHref, WhatIfTable } from '@/components/acl/what-if-table'
import { Notice } from '@/components/feedback/notice'
import { EmptyState, ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { PageHeader } from '@/components/layout/page-header'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { requireViewer } from '@/lib/auth/viewer'
import { formatCount } from '@/lib/format'
import type { ListParams } from '@/lib/list-params'
import { listPeople } from '@/lib/mig/acl/endpoints'
import { lackGroupList, whatIfList } from '@/lib/mig/acl/search-params'
import { listWhatIf } from '@/lib/mig/acl/what-if'
import { askedWith } from '@/lib/mig/acl/what-if-alike'
import { countWhatIf } from '@/lib/mig/acl/what-if-counts'
import { knownGroupCount } from '@/lib/mig/acl/what-if-sets'
import { listModules } from '@/lib/mig/modules/queries'
import { now } from '@/lib/now'

export const metadata = { title: 'What if' }

const groupsHref = ({ given, size }: ListParams<(typeof whatIfList)['filters']>) =>
  lackGroupList.href({ given, size, filters: {} as never, sort: lackGroupList.defaultSort, columns: null })

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
  const moment = await now()
  const [modules, people, asked] = await Promise.all([
    listModules(viewer),
    listPeople(viewer),
    askedWith(viewer, params, moment.mig),
  ])
  const [answer, groups] = asked
    ? await Promise.all([countWhatIf(viewer, asked, params), knownGroupCount(viewer, asked, params.filters)])
    : [null, null]
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
                <TextLink
                  href={whatIfList.href(params, {
                    filters: { outcome: null, short: null, like: null, differs: 'runs' },
                  })}
                >
                  {formatCount(counts.differs.runs, 'endpoint')}
                </TextLink>{' '}
                the weights refuse this, and an agent of 2014 runs it all the same: it checks the first operation only.
              </Notice>
            )}
            {counts.books.documented.short > 0 && (
              <p className="text-sm">
                <TextLink href={groupsHref(params)}>Who else would have to sign</TextLink>{' '}
                <span className="text-muted">
                  for the {formatCount(counts.books.documented.short, 'endpoint')} that lack weight
                  {groups !== null && <>: all {formatCount(groups, 'group')} with the same rules</>}
                </span>
              </p>
            )}
            {asked.alike && (
              <p className="text-sm">
                Only endpoints with the same rules as{' '}
                <TextLink href={reasonHref(params, asked.alike.agent)}>
                  <bdi>{visibleText(asked.alike.name)}</bdi>
                </TextLink>
                : they lack the same weight, and everybody else has the same weights there.{' '}
                <TextLink href={whatIfList.href(params, { filters: { like: null } })}>All endpoints</TextLink>
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
