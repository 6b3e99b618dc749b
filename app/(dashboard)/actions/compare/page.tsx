import { ChooseAction } from '@/components/commands/choose-action'
import { ComparisonHead } from '@/components/commands/comparison-head'
import { ComparisonTable } from '@/components/commands/comparison-table'
import { DifferenceView } from '@/components/commands/difference-view'
import { ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { Section } from '@/components/layout/section'
import { StatStrip } from '@/components/layout/stat-strip'
import { requireViewer } from '@/lib/auth/viewer'
import { formatNumber } from '@/lib/format'
import { CHANGE_WORDS, CHANGES } from '@/lib/mig/commands/change'
import { getComparedAction, listComparison, listLikeActions, operationsDifference } from '@/lib/mig/commands/compare'
import { comparisonList } from '@/lib/mig/commands/search-params'
import { now } from '@/lib/now'

export const metadata = { title: 'Compare two actions' }

const crumbs = [{ label: 'Actions', href: '/actions' }]

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const parsed = comparisonList.parse(await searchParams)
  const problem = (sentence: string) => (
    <>
      <PageHeader crumbs={crumbs} title="Compare two actions" />
      <Content>
        <ProblemPanel problem={sentence} clearHref={comparisonList.path} />
      </Content>
    </>
  )
  if (!parsed.ok) return problem(parsed.problem)
  const { params } = parsed
  const asked = { a: params.filters.a, b: params.filters.b }
  const [a, b, moment] = await Promise.all([
    asked.a ? getComparedAction(viewer, asked.a.id) : null,
    asked.b ? getComparedAction(viewer, asked.b.id) : null,
    now(),
  ])
  if (asked.a && !a) return problem('The filter "a" names no action.')
  if (asked.b && !b) return problem('The filter "b" names no action.')
  const one = a ?? b
  if (!a || !b)
    return (
      <>
        <PageHeader crumbs={crumbs} title="Compare two actions" />
        <Content>
          <ChooseAction a={one} like={one ? await listLikeActions(viewer, one) : []} now={moment.mig} />
        </Content>
      </>
    )
  const page = await listComparison(viewer, a.id, b.id, params)
  const operations = operationsDifference(a, b)
  return (
    <>
      <PageHeader crumbs={crumbs} title="Compare two actions" live={<Live now={moment} />} />
      <Content>
        <ComparisonHead a={a} b={b} now={moment.mig} />
        <Section title="Operations">
          {operations.changes.length === 0 ? (
            <p className="text-muted">Both ask the same.</p>
          ) : (
            <DifferenceView difference={operations} names={['First', 'Second']} />
          )}
        </Section>
        <Section title="Endpoints">
          <StatStrip
            label="Endpoints by change"
            stats={CHANGES.map((change) => ({
              key: change,
              label: CHANGE_WORDS[change].label,
              value: formatNumber(page.totals[change]),
              tone: page.totals[change] > 0 ? CHANGE_WORDS[change].tone : undefined,
              href: comparisonList.href(params, { filters: { change }, after: null, before: null }),
            }))}
          />
          <ComparisonTable params={params} page={page} b={b.id} />
        </Section>
      </Content>
    </>
  )
})
