import { ChartFrame } from '@/components/charts/chart-frame'
import { SeriesChart } from '@/components/charts/series-chart'
import type { Histogram } from '@/lib/mig/actions/histogram'

const QUESTION = 'How long did its commands take?'

/** How long an action's commands took, from being sent to their answer, on a logarithmic axis. */
export function Durations({ histogram }: { histogram: Histogram }) {
  const { series, points, answer } = histogram
  const chart = { question: QUESTION, series, points: points.map((point) => ({ ...point, key: point.label })) }
  return (
    <ChartFrame {...chart} answer={answer} axis="from sending to answer">
      <SeriesChart kind="bar" {...chart} />
    </ChartFrame>
  )
}
