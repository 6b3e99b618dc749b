'use client'

import { useRouter } from 'next/navigation'
import { Area, AreaChart, Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import { formatCompact, formatNumber } from '@/lib/format'
import type { ChartProps, Point, Series } from './series'

const HEIGHT = 200
const TICK = { fill: 'var(--faint)', fontSize: 11 }

/** The drawing itself; loaded on first use, because the chart library is the largest script of all. */
export default function SeriesDrawing({ kind, question, series, points }: ChartProps & { kind: 'bar' | 'area' }) {
  const router = useRouter()
  const data = points.map((point) => ({ ...point.values, label: point.label }))
  const onClick = (state: { activeTooltipIndex?: number | string | null }) => {
    const href = points[Number(state.activeTooltipIndex ?? -1)]?.href
    if (href) router.push(href)
  }
  const parts = (
    <>
      <CartesianGrid vertical={false} stroke="var(--line)" />
      <XAxis dataKey="label" tick={TICK} tickLine={false} axisLine={{ stroke: 'var(--line-strong)' }} minTickGap={32} />
      <YAxis
        tick={TICK}
        tickLine={false}
        axisLine={false}
        width={40}
        allowDecimals={false}
        tickFormatter={formatCompact}
      />
      <Tooltip
        isAnimationActive={false}
        cursor={kind === 'bar' ? { fill: 'var(--hover)' } : { stroke: 'var(--control)' }}
        content={({ active, activeIndex }) => (
          <Values series={series} point={active ? points[Number(activeIndex ?? -1)] : undefined} />
        )}
      />
    </>
  )
  const margin = { top: 8, right: 8, bottom: 0, left: 0 }
  const shared = { data, margin, onClick, accessibilityLayer: true, title: question }
  return (
    <ResponsiveContainer width="100%" height={HEIGHT}>
      {kind === 'bar' ? (
        <BarChart {...shared} barCategoryGap="20%">
          {parts}
          {series.map((one) => (
            <Bar
              key={one.key}
              dataKey={one.key}
              name={one.label}
              stackId="all"
              isAnimationActive={false}
              fill={`var(--${one.tone}-mark)`}
            />
          ))}
        </BarChart>
      ) : (
        <AreaChart {...shared}>
          {parts}
          {series.map((one) => (
            <Area
              key={one.key}
              dataKey={one.key}
              name={one.label}
              stackId={series.length > 1 ? 'all' : undefined}
              type="linear"
              connectNulls={false}
              isAnimationActive={false}
              stroke={`var(--${one.tone}-mark)`}
              strokeWidth={1.5}
              fill={`var(--${one.tone}-mark)`}
              fillOpacity={0.18}
            />
          ))}
        </AreaChart>
      )}
    </ResponsiveContainer>
  )
}

/** The cursor's values; a live region, so that walking with the arrow keys is heard. */
function Values({ series, point }: { series: Series[]; point: Point | undefined }) {
  return (
    <div
      aria-live="polite"
      className={point ? 'rounded-md border border-line bg-raised px-3 py-2 text-xs shadow-overlay' : ''}
    >
      {point && (
        <>
          <p className="font-medium">{point.label}</p>
          <dl className="mt-1 grid grid-cols-[auto_auto] gap-x-4">
            {series.map((one) => {
              const value = point.values[one.key]
              return (
                <div key={one.key} className="contents">
                  <dt className="text-muted">{one.label}</dt>
                  <dd className="text-right tabular-nums">{value == null ? 'no data' : formatNumber(value)}</dd>
                </div>
              )
            })}
          </dl>
        </>
      )}
    </div>
  )
}
