import { AclNote } from '@/components/acl/acl-note'
import { AclTabs } from '@/components/acl/acl-tabs'
import { Answered } from '@/components/acl/answered'
import { LintChecks } from '@/components/acl/lint-checks'
import { LintFilters } from '@/components/acl/lint-filters'
import { LintTable } from '@/components/acl/lint-table'
import { Notice } from '@/components/feedback/notice'
import { EmptyState, ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { PageHeader } from '@/components/layout/page-header'
import { Section } from '@/components/layout/section'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { requireViewer } from '@/lib/auth/viewer'
import { getPerson } from '@/lib/mig/acl/endpoints'
import { countLint, isNarrowed, listLint } from '@/lib/mig/acl/lint'
import { LINT_WORDS } from '@/lib/mig/acl/lint-checks'
import { getAclConsequences } from '@/lib/mig/acl/powers'
import { lintList } from '@/lib/mig/acl/search-params'
import { listModules } from '@/lib/mig/modules/queries'
import { now } from '@/lib/now'
import { openDefaultView, SavedViews } from '../../saved-views'

export const metadata = { title: 'Lint' }

const crumbs = [{ label: 'ACL', href: '/acl/requirements' }]

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const raw = await searchParams
  await openDefaultView(viewer, lintList, raw)
  const parsed = lintList.parse(raw)
  if (!parsed.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title="Lint" />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={lintList.all} />
        </Content>
      </>
    )
  const { params } = parsed
  const { check, without } = params.filters
  const [moment, modules, counts, lost, person] = await Promise.all([
    now(),
    listModules(viewer),
    countLint(viewer),
    without ? getAclConsequences(viewer, without.id) : null,
    without ? getPerson(viewer, without.id) : null,
  ])
  const counted = (without ? lost?.found.lost : counts?.found[check]) ?? null
  // People are looked up anew, and where there are very many findings so are these.
  const answeredAt = counted?.agents && isNarrowed(check) ? (without ? lost : counts)?.madeAt : undefined
  const page = counted || !isNarrowed(check) ? await listLint(viewer, params, counted, moment.mig) : null
  const words = LINT_WORDS[check]
  const marked = modules.some(({ sensitive }) => sensitive)
  return (
    <>
      <PageHeader crumbs={crumbs} title="Lint" />
      <Content>
        <AclTabs current="lint" />
        <div className="flex flex-col gap-1">
          <p>
            What is wrong with the rules of the newest process of each endpoint
            {counts && (
              <>
                , counted over the whole fleet <Answered at={counts.madeAt} clock={moment.clock} />
              </>
            )}
            .
          </p>
          <AclNote />
        </div>
        <LintChecks counts={counts?.found ?? null} current={check} marked={marked} />
        <Section title={words.label} id="findings">
          {without && (
            <Notice tone="attention" title="Without one key">
              Only the minimums that all active people reach together with it, and not without, the key being that of{' '}
              <TextLink href={`/investigators/${without.id}`}>{visibleText(person?.name ?? without.id)}</TextLink>.
            </Notice>
          )}
          <p className="max-w-text text-sm">
            {words.why} <span className="text-muted">{words.what}</span>
            {answeredAt && (
              <span className="text-muted">
                {' '}
                The list is of the rows that were counted <Answered at={answeredAt} clock={moment.clock} />.
              </span>
            )}
          </p>
          {check === 'single-person' && !marked ? (
            <EmptyState title="No module is marked sensitive" icon="acl">
              Nothing is looked for until one is: mark those that nobody should be able to run alone in{' '}
              <TextLink href="/acl/modules">the list of modules</TextLink>.
            </EmptyState>
          ) : page === null ? (
            <EmptyState title="The findings are being looked for" icon="clock">
              On a large fleet this takes a minute or two: look again then.
            </EmptyState>
          ) : (
            <>
              <SavedViews viewer={viewer} list={lintList} params={params}>
                <LintFilters params={params} modules={modules} />
              </SavedViews>
              <LintTable
                params={params}
                page={page}
                now={moment.mig}
                counted={answeredAt && <Answered at={answeredAt} clock={moment.clock} />}
              />
            </>
          )}
        </Section>
      </Content>
    </>
  )
})
