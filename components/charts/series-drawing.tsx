'use client'

import { type JSX, type Key, memo, type ReactElement } from 'react'
import {
  Area,
  AreaChart,
  Bar,
  BarChart,
  CartesianGrid,
  Line,
  LineChart,
  ReferenceArea,
  ResponsiveContainer,
  XAxis,
  YAxis,
} from 'recharts'
import { formatCompact } from '@/lib/format'
import { PLOT } from './plot'
import { tickOf } from './point-label'
import { type ChartKind, type ChartProps, isGap, markOf, type Point, type Series, valueAt } from './series'

const TICK = { fill: 'var(--faint)', fontSize: 11 }
const LONGEST_LABEL = 19

type Drawn = ChartProps & { kind: ChartKind; onPress: (series: string) => void }

const same = (a: Drawn, b: Drawn) =>
  a.kind === b.kind && a.onPress === b.onPress && JSON.stringify(a) === JSON.stringify(b)

/** The drawing itself; loaded on first use, because the chart library is the largest script of all. Its cursor is drawn over it. */
export default memo(function SeriesDrawing({ kind, series, points, time, onPress }: Drawn) {
  const data = points.map((point, index) => ({ ...point.values, index }))
  const tick = (index: number) => {
    const text = tickOf(points[index], time)
    return text.length > LONGEST_LABEL ? `${text.slice(0, LONGEST_LABEL - 1)}…` : text
  }
  const shared = {
    data,
    margin: { top: PLOT.top, right: PLOT.right, bottom: 0, left: 0 },
    accessibilityLayer: false,
    tabIndex: -1,
  }
  const marks = series.map((one) => mark(kind, one, points, series.length, () => onPress(one.key)))
  const line = { stroke: 'var(--line-strong)' }
  const value = { tick: TICK, tickLine: false, allowDecimals: false, tickFormatter: formatCompact }
  const parts =
    kind === 'rows' ? (
      <>
        <CartesianGrid horizontal={false} stroke="var(--line)" />
        <XAxis type="number" height={PLOT.axis} axisLine={false} {...value} />
        <YAxis
          type="category"
          dataKey="index"
          width={PLOT.left(kind)}
          tick={TICK}
          tickLine={false}
          axisLine={line}
          interval={0}
          tickFormatter={tick}
        />
      </>
    ) : (
      <>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="index"
          height={PLOT.axis}
          tick={TICK}
          tickLine={false}
          axisLine={line}
          minTickGap={36}
          tickFormatter={tick}
        />
        <YAxis width={PLOT.left(kind)} axisLine={false} {...value} />
        {gapsOf(points, kind === 'bar').map(([from, to]) => (
          <ReferenceArea key={from} x1={from} x2={to} fill="var(--sunken)" fillOpacity={1} stroke="var(--line)" />
        ))}
      </>
    )
  return (
    <ResponsiveContainer width="100%" height="100%">
      {chart(kind, shared, parts, marks)}
    </ResponsiveContainer>
  )
}, same)

function chart(kind: ChartKind, shared: object, parts: JSX.Element, marks: ReactElement[]): JSX.Element {
  if (kind === 'area')
    return (
      <AreaChart {...shared}>
        {parts}
        {marks}
      </AreaChart>
    )
  if (kind === 'line')
    return (
      <LineChart {...shared}>
        {parts}
        {marks}
      </LineChart>
    )
  return (
    <BarChart {...shared} layout={kind === 'rows' ? 'vertical' : 'horizontal'} barCategoryGap="22%" barGap={1}>
      {parts}
      {marks}
    </BarChart>
  )
}

function mark(kind: ChartKind, one: Series, points: Point[], of: number, onClick: () => void): ReactElement {
  const colour = markOf(one)
  const shared = { dataKey: one.key, isAnimationActive: false, onClick }
  const dot = (props: { cx?: number; cy?: number; index?: number; key?: Key | null }) => {
    const { cx, cy, index = -1, key } = props
    const alone = isAlone(points, one.key, index) && cx !== undefined && cy !== undefined
    return alone ? <circle key={key} cx={cx} cy={cy} r={2.5} fill={colour} /> : <g key={key} />
  }
  if (kind === 'line')
    return (
      <Line
        key={one.key}
        {...shared}
        type="linear"
        connectNulls={false}
        stroke={colour}
        strokeWidth={1.75}
        strokeDasharray={one.faded ? '4 3' : undefined}
        dot={dot}
        activeDot={false}
      />
    )
  if (kind === 'area')
    return (
      <Area
        key={one.key}
        {...shared}
        stackId={of > 1 ? 'all' : undefined}
        type="linear"
        connectNulls={false}
        stroke={colour}
        strokeWidth={one.shade === undefined ? 1.5 : 1}
        fill={colour}
        fillOpacity={one.shade === undefined ? 0.32 : 0.85}
        dot={dot}
        activeDot={false}
      />
    )
  return (
    <Bar
      key={one.key}
      {...shared}
      stackId={one.stack ?? 'all'}
      fill={colour}
      fillOpacity={one.faded ? 0.45 : 1}
      maxBarSize={kind === 'rows' ? 14 : 48}
    />
  )
}

/** Whether a point has no neighbours that are known: a line has nothing to draw there. */
function isAlone(points: Point[], key: string, index: number): boolean {
  return (
    valueAt(points[index], key) !== null &&
    valueAt(points[index - 1], key) === null &&
    valueAt(points[index + 1], key) === null
  )
}

/** The stretches without samples: of bars their own bands, else from the last known point to the next one. */
function gapsOf(points: Point[], banded: boolean): [from: number, to: number][] {
  const gaps: [number, number][] = []
  for (let i = 0; i < points.length; i++) {
    if (!isGap(points[i] as Point)) continue
    const from = banded ? i : Math.max(0, i - 1)
    while (i + 1 < points.length && isGap(points[i + 1] as Point)) i++
    gaps.push([from, banded ? i : Math.min(points.length - 1, i + 1)])
  }
  return gaps
}
