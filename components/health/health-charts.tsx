import type { ReactNode } from 'react'
import { Moment } from '@/components/feedback/moment'
import { Section } from '@/components/layout/section'
import { Segments } from '@/components/layout/tabs'
import { formatCount } from '@/lib/format'
import type { ChartKey, HealthChart } from '@/lib/mig/health/charts'
import type { Picture } from '@/lib/mig/health/picture'
import { RANGE, RANGES } from '@/lib/mig/health/range'
import { type HealthParams, healthChart, healthPage } from '@/lib/mig/health/search-params'
import { AwayList } from './away-list'
import { ChartPanel } from './chart-panel'
import { NoPoints } from './history-notice'
import { TagChoice } from './tag-choice'

const OVER_TIME = ['offline', 'doubles', 'days', 'adoption', 'scheduler'] as const
const OF_THE_MOMENT = ['ages', 'systems', 'versions', 'tag'] as const

// A last one without a partner takes the row.
const PAIRS = 'grid grid-cols-1 gap-4 lg:grid-cols-2 lg:[&>:last-child:nth-child(odd)]:col-span-2'

const hasPoints = ({ points }: HealthChart) =>
  points.some(({ values }) => Object.values(values).some((value) => value !== null))

/** All charts of agent health: over time, those that have a point, and of the moment. */
export function HealthCharts({
  picture,
  params,
  now,
  isFixed,
}: {
  picture: Picture
  params: HealthParams
  now: string
  /** Whether the moment is fixed, so that the history does not go on. */
  isFixed: boolean
}) {
  const { at, history, isPast, tagKeys, tag, tagsNotCounted, tagsAt } = picture
  const charts = picture.charts.filter((chart) => chart.sql === 'fleet' || hasPoints(chart))
  const moment = isPast ? at : now
  const { filters } = params
  const csv = (key: ChartKey) => {
    const href = healthPage.href(params, {}, healthChart.path)
    return `${href}${href.includes('?') ? '&' : '?'}chart=${key}&format=csv`
  }
  const panel = (key: ChartKey, action?: ReactNode) => {
    const chart = charts.find((one) => one.key === key)
    return chart && <ChartPanel key={key} chart={chart} now={now} csv={csv(key)} action={action} />
  }
  const overTime = OVER_TIME.flatMap((key) => panel(key) ?? [])
  return (
    <>
      <Section
        title="Over time"
        remark={`the ${RANGE[filters.range].words} up to ${isPast ? 'that moment' : 'now'}`}
        action={
          (history || charts.some(({ sql }) => sql === 'stats')) && (
            <Segments
              label="Range"
              current={filters.range}
              options={RANGES.map((range) => ({
                key: range,
                label: range,
                href: healthPage.href(params, { filters: { range: range === '24h' ? null : range } }),
              }))}
            />
          )
        }
      >
        <div className="grid grid-cols-1 gap-4 xl:grid-cols-[minmax(0,1fr)_24rem]">
          {panel('states') ?? <NoPoints history={history} isFixed={isFixed} />}
          <AwayList picture={picture} now={moment} />
        </div>
        {overTime.length > 0 && <div className={PAIRS}>{overTime}</div>}
      </Section>
      <Section title={isPast ? 'At that moment' : 'Right now'} remark="of all endpoints">
        <div className={PAIRS}>
          {OF_THE_MOMENT.map((key) =>
            panel(key, key === 'tag' && <TagChoice keys={tagKeys} current={tag} params={params} />),
          )}
        </div>
        {isPast && <p className="text-faint text-xs">The history keeps no tags.</p>}
        {tagsAt && tagsAt !== at && (
          <p className="text-faint text-xs">
            Tags were counted <Moment at={tagsAt} now={now} none="never" />.
          </p>
        )}
        {tagsNotCounted > 0 && (
          <p className="text-faint text-xs">
            The tags of {formatCount(tagsNotCounted, 'endpoint')} were too long or too various to be counted.
          </p>
        )}
      </Section>
    </>
  )
}
