import { SilenceNotice } from '@/components/agents/silence-notice'
import { EmptyState, ProblemPanel } from '@/components/feedback/panels'
import { HealthCharts } from '@/components/health/health-charts'
import { HealthHead } from '@/components/health/health-head'
import { HistoryNotice } from '@/components/health/history-notice'
import { MomentBar } from '@/components/health/moment-bar'
import { PastBanner } from '@/components/health/past-banner'
import { HealthStatements } from '@/components/health/statements'
import { ThresholdsPanel } from '@/components/health/thresholds'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { Section } from '@/components/layout/section'
import { requireViewer } from '@/lib/auth/viewer'
import { getPicture, pictureProblem } from '@/lib/mig/health/picture'
import { healthPage } from '@/lib/mig/health/search-params'
import { now } from '@/lib/now'

export const metadata = { title: 'Agent health' }

const crumbs = [{ label: 'Agents', href: '/agents' }]

function Problem({ problem, back }: { problem: string; back: string }) {
  return (
    <>
      <PageHeader crumbs={crumbs} title="Health" />
      <Content>
        <ProblemPanel problem={problem} clearHref={back} />
      </Content>
    </>
  )
}

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const parsed = healthPage.parse(await searchParams)
  if (!parsed.ok) return <Problem problem={parsed.problem} back={healthPage.path} />
  const { params } = parsed
  const moment = await now()
  const toNow = healthPage.href(params, { filters: { at: null } })
  const problem = await pictureProblem(viewer, params, moment.mig)
  if (problem) return <Problem problem={problem} back={toNow} />
  const picture = await getPicture(viewer, params, moment.mig)
  const { at, isPast, history, figures } = picture
  return (
    <>
      <PageHeader
        crumbs={crumbs}
        title="Health"
        live={<Live now={isPast ? { mig: at, fixed: true } : { mig: at, fixed: moment.fixed }} />}
      />
      <Content>
        {isPast && <PastBanner at={at} now={moment.mig} href={toNow} />}
        {!isPast && <SilenceNotice silence={picture.silence} now={moment.mig} />}
        <MomentBar params={params} at={at} isPast={isPast} begins={history?.beginsAt ?? null} />
        {figures.endpoints > 0 ? (
          <>
            <HealthHead picture={picture} now={moment.mig} />
            <ThresholdsPanel
              list={healthPage}
              params={params}
              by={picture.thresholds}
              isJudgedAnew={picture.isJudgedAnew}
            />
            <HistoryNotice history={history} />
            <HealthCharts picture={picture} params={params} now={moment.mig} isFixed={moment.fixed} />
            <Section title="The SQL behind it" remark="as it ran, with its values and its moment, to paste into psql">
              <HealthStatements statements={picture.ran} />
            </Section>
          </>
        ) : (
          <EmptyState
            title={isPast ? 'No endpoint was known at this moment' : 'No agent has registered yet'}
            icon="agent"
          >
            An endpoint is counted here from its first heartbeat on.
          </EmptyState>
        )}
      </Content>
    </>
  )
})
