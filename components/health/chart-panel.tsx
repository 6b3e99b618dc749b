import { type ReactNode, use } from 'react'
import { ChartFrame } from '@/components/charts/chart-frame'
import { SeriesChart } from '@/components/charts/series-chart'
import { visibleText } from '@/components/ui/visible-text'
import { formatShort } from '@/lib/format'
import type { HealthChart } from '@/lib/mig/health/charts'
import { viewerZone } from '@/lib/viewer-zone'
import { ChartTools } from './chart-tools'

/** One chart of agent health with its answer, table, download and the way to its statement. */
export function ChartPanel({
  chart,
  now,
  csv,
  action,
}: {
  chart: HealthChart
  now: string
  /** Address of the download. */
  csv: string
  action?: ReactNode
}) {
  const zone = use(viewerZone())
  const { kind, question, links, show, note, axis } = chart
  const series = chart.series.map((one) => ({ ...one, label: visibleText(one.label) }))
  const points = chart.points.map((point) => (point.label ? { ...point, label: visibleText(point.label) } : point))
  const drawn = { question, series, points, links, ...(show && { time: { show, zone } }) }
  const answer = chart.answer.map((part) => (typeof part === 'string' ? part : formatShort(part.at, { now, zone })))
  return (
    <ChartFrame
      {...drawn}
      answer={visibleText(answer.join(''))}
      axis={visibleText(axis)}
      note={note}
      action={action}
      tools={<ChartTools csv={csv} question={question} sql={chart.sql} />}
    >
      <SeriesChart kind={kind} tall={chart.key === 'states'} {...drawn} />
    </ChartFrame>
  )
}
