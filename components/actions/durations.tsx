import { ChartFrame } from '@/components/charts/chart-frame'
import { SeriesChart } from '@/components/charts/series-chart'
import { formatNumber } from '@/lib/format'
import type { Histogram } from '@/lib/mig/actions/histogram'

const QUESTION = 'How long did its commands take?'

/** How long an action's commands took, from being sent to their answer, on a logarithmic axis. */
export function Durations({ histogram }: { histogram: Histogram }) {
  const { series, points, answer } = histogram
  return (
    <ChartFrame
      question={QUESTION}
      answer={answer}
      columns={['from sending to answer', ...series.map((one) => one.label)]}
      rows={points.map((point) => ({
        key: point.label,
        cells: [point.label, ...series.map((one) => formatNumber(point.values[one.key] ?? 0))],
      }))}
    >
      <SeriesChart kind="bar" question={QUESTION} series={series} points={points} />
    </ChartFrame>
  )
}
