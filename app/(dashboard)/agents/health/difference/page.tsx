import { RanDisclosure } from '@/components/agents/ran-sql'
import { totalInWords } from '@/components/data-table/pager'
import { ExactMoment } from '@/components/feedback/moment'
import { ProblemPanel } from '@/components/feedback/panels'
import { ChangeStrip } from '@/components/health/change-strip'
import { DifferenceTable } from '@/components/health/difference-table'
import { NoHistory } from '@/components/health/history-notice'
import { DifferenceFilters } from '@/components/health/past-filters'
import { PastFrame } from '@/components/health/past-frame'
import { ThresholdsPanel } from '@/components/health/thresholds'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { Section } from '@/components/layout/section'
import { Segments } from '@/components/layout/tabs'
import { TextLink } from '@/components/ui/text-link'
import { requireViewer } from '@/lib/auth/viewer'
import { formatDuration, instantMillis } from '@/lib/format'
import { thresholdsFor } from '@/lib/mig/agents/bounds'
import { listAgentsById } from '@/lib/mig/agents/queries'
import { earlier } from '@/lib/mig/agents/state'
import { CHANGE_MEANING } from '@/lib/mig/health/changes'
import { momentsOf } from '@/lib/mig/health/moments'
import { getDifference, listDifference, ranForDifference } from '@/lib/mig/health/past-queries'
import { getHistory } from '@/lib/mig/health/queries'
import { differenceList } from '@/lib/mig/health/search-params'
import { compareInstants } from '@/lib/mig/wire/time'
import { now } from '@/lib/now'

const title = 'What changed'

export const metadata = { title }

const HOUR = 3_600_000
const STEPS = [
  { key: 'hour', label: 'An hour', ms: HOUR },
  { key: 'day', label: 'A day', ms: 24 * HOUR },
  { key: 'week', label: 'A week', ms: 7 * 24 * HOUR },
  { key: 'month', label: '30 days', ms: 30 * 24 * HOUR },
]

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const parsed = differenceList.parse(await searchParams)
  if (!parsed.ok)
    return (
      <PastFrame title={title}>
        <ProblemPanel problem={parsed.problem} clearHref={differenceList.path} />
      </PastFrame>
    )
  const history = await getHistory(viewer)
  if (!history)
    return (
      <PastFrame title={title}>
        <NoHistory />
      </PastFrame>
    )
  const { params } = parsed
  const moment = await now()
  const between = await momentsOf(viewer, params, moment.mig)
  const { before, after } = between
  const by = thresholdsFor(params)
  const [counts, page] = await Promise.all([
    getDifference(viewer, between, by),
    listDifference(viewer, between, params, by),
  ])
  const stored = await listAgentsById(
    viewer,
    page.rows.map((row) => row.agentId),
  )
  const begins = history.beginsAt
  const { label, meaning } = CHANGE_MEANING[params.filters.change]
  const apart = (instantMillis(after) ?? 0) - (instantMillis(before) ?? 0)
  const then = (at: string) => `/agents/health?at=${encodeURIComponent(at)}`
  return (
    <PastFrame title={title} at={after}>
      <p>
        Between{' '}
        <TextLink href={then(before)}>
          <ExactMoment at={before} />
        </TextLink>{' '}
        and{' '}
        <TextLink href={then(after)}>
          <ExactMoment at={after} />
        </TextLink>
        , {formatDuration(apart)} apart. An endpoint that was lost and came back in between is in neither list.
      </p>
      <Segments
        label="How far apart"
        current={STEPS.find(({ ms }) => ms === apart)?.key ?? ''}
        options={STEPS.filter(({ ms }) => compareInstants(earlier(after, ms), begins) >= 0).map(
          ({ key, label, ms }) => ({
            key,
            label,
            href: differenceList.href(params, { filters: { from: earlier(after, ms), to: after } }),
          }),
        )}
      />
      <DifferenceFilters params={params} before={before} after={after} />
      <ThresholdsPanel list={differenceList} params={params} by={by} isJudgedAnew={false} />
      <ChangeStrip params={params} counts={counts} />
      <Section
        title={`${label.charAt(0).toUpperCase()}${label.slice(1)}`}
        remark={`${totalInWords(page.total)}: each ${meaning}`}
      >
        <DifferenceTable params={params} page={page} after={after} stored={new Set(stored.map(({ id }) => id))} />
      </Section>
      <RanDisclosure ran={[...ranForDifference(viewer, between, by), ...page.ran]} />
    </PastFrame>
  )
})
