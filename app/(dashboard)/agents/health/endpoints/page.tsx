import { RanDisclosure } from '@/components/agents/ran-sql'
import { totalInWords } from '@/components/data-table/pager'
import { ExactMoment } from '@/components/feedback/moment'
import { ProblemPanel } from '@/components/feedback/panels'
import { NoHistory } from '@/components/health/history-notice'
import { PastBanner } from '@/components/health/past-banner'
import { PastFilters } from '@/components/health/past-filters'
import { PastFrame } from '@/components/health/past-frame'
import { PastTable } from '@/components/health/past-table'
import { ThresholdsPanel } from '@/components/health/thresholds'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { TextLink } from '@/components/ui/text-link'
import { requireViewer } from '@/lib/auth/viewer'
import { thresholdsFor } from '@/lib/mig/agents/bounds'
import { listAgentsById } from '@/lib/mig/agents/queries'
import { momentOf } from '@/lib/mig/health/moments'
import { getSpansAt } from '@/lib/mig/health/past-queries'
import { getHistory } from '@/lib/mig/health/queries'
import { pastList } from '@/lib/mig/health/search-params'
import { now } from '@/lib/now'

const title = 'Endpoints at a moment'

export const metadata = { title }

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const parsed = pastList.parse(await searchParams)
  if (!parsed.ok)
    return (
      <PastFrame title={title}>
        <ProblemPanel problem={parsed.problem} clearHref={pastList.path} />
      </PastFrame>
    )
  if (!(await getHistory(viewer)))
    return (
      <PastFrame title={title}>
        <NoHistory />
      </PastFrame>
    )
  const { params } = parsed
  const moment = await now()
  const at = await momentOf(viewer, params, moment.mig)
  const by = thresholdsFor(params)
  const page = await getSpansAt(viewer, at, params, by)
  const stored = await listAgentsById(
    viewer,
    page.rows.map((row) => row.agentId),
  )
  return (
    <PastFrame title={title} at={at}>
      <PastBanner at={at} now={moment.mig} href="/agents" />
      <p>
        <strong className="font-semibold">{totalInWords(page.total)}</strong>{' '}
        {page.total.count === 1 ? 'endpoint' : 'endpoints'} at <ExactMoment at={at} />, with the state, system and
        version of then.{' '}
        <TextLink href={`/agents/health?at=${encodeURIComponent(at)}`}>The figures and charts of that moment</TextLink>
      </p>
      <PastFilters params={params} at={at} />
      <ThresholdsPanel list={pastList} params={params} by={by} isJudgedAnew={false} />
      <PastTable params={params} page={page} at={at} stored={new Set(stored.map(({ id }) => id))} />
      <RanDisclosure ran={page.ran} />
    </PastFrame>
  )
})
