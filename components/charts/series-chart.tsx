'use client'

import dynamic from 'next/dynamic'
import { useRouter } from 'next/navigation'
import { type CSSProperties, type KeyboardEvent, type MouseEvent, useRef, useState } from 'react'
import { cn } from '@/lib/cn'
import { formatNumber } from '@/lib/format'
import { PLOT, placeOf, pointUnder } from './plot'
import { nameOf } from './point-label'
import { type ChartKind, type ChartProps, hrefOf, isGap, markOf, type Point, type Series, valueAt } from './series'

const Drawing = dynamic(() => import('./series-drawing'), { ssr: false, loading: () => null })

/**
 * A few series as areas, lines or bars. Drawn when the page is alive; the table beside it is always there. The mouse and the
 * arrow keys walk from point to point, up and down choose a series, and a click or Enter opens its rows.
 */
export function SeriesChart({ kind, tall, ...props }: ChartProps & { kind: ChartKind; tall?: boolean }) {
  const { question, series, points, time, links } = props
  const router = useRouter()
  const [active, setActive] = useState<{ point: number; series: number | null; byKey: boolean } | null>(null)
  // The series under the mouse, as its own mark tells before the click reaches the chart.
  const pressed = useRef<string | null>(null)
  const press = useRef((key: string) => {
    pressed.current = key
  })
  const point = active ? points[active.point] : undefined
  const chosen = active?.series == null ? undefined : series[active.series]
  const lies = kind === 'rows'

  const open = (at: Point | undefined, key: string | undefined) => {
    const href = at && hrefOf(at, links, key)
    if (href) router.push(href)
  }
  const onMove = (event: MouseEvent<HTMLDivElement>) => {
    const index = pointUnder(kind, points.length, event.currentTarget.getBoundingClientRect(), event)
    setActive(index === null ? null : { point: index, series: null, byKey: false })
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const [back, on, up, down] = lies
      ? ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']
      : ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']
    const at = active ?? { point: lies ? 0 : points.length - 1, series: null }
    const to = (place: number) =>
      setActive({ ...at, byKey: true, point: Math.max(0, Math.min(points.length - 1, place)) })
    const choose = (step: number) => {
      const next = at.series === null ? (step > 0 ? 0 : series.length - 1) : at.series + step
      setActive({ ...at, byKey: true, series: next < 0 || next >= series.length ? null : next })
    }
    if (event.key === back) to(active ? at.point - 1 : at.point)
    else if (event.key === on) to(active ? at.point + 1 : at.point)
    else if (event.key === 'Home') to(0)
    else if (event.key === 'End') to(points.length - 1)
    else if (event.key === up) choose(-1)
    else if (event.key === down) choose(1)
    else if (event.key === 'Escape' && active) setActive(null)
    else if (event.key === 'Enter') open(point, chosen?.key)
    else return
    event.preventDefault()
  }
  const place = active && placeOf(kind, active.point, points.length)
  return (
    <div className="noscript:hidden">
      {(series.length > 1 || points.some(isGap)) && <Legend series={series} gaps={points.some(isGap)} />}
      <div
        role="application"
        aria-roledescription="chart"
        aria-label={`${question} Arrow keys walk from point to point, ${lies ? 'left and right' : 'up and down'} choose a series, Enter opens the rows.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys walk from point to point
        tabIndex={0}
        className={cn('relative focus-visible:outline-offset-0', point && hrefOf(point, links) && 'cursor-pointer')}
        style={{ height: PLOT.height(kind, points.length, tall) }}
        onKeyDown={onKey}
        onMouseMove={onMove}
        onMouseLeave={() => setActive(null)}
        onBlur={() => setActive(null)}
        onClick={(event) => {
          const index = pointUnder(kind, points.length, event.currentTarget.getBoundingClientRect(), event)
          open(index === null ? undefined : points[index], pressed.current ?? undefined)
          pressed.current = null
        }}
      >
        {place && <div aria-hidden="true" className="pointer-events-none absolute bg-hover" style={place.band} />}
        <div className="absolute inset-0" aria-hidden="true">
          <Drawing kind={kind} {...props} onPress={press.current} />
        </div>
        {place && <div aria-hidden="true" className="pointer-events-none absolute bg-control" style={place.line} />}
        {place && point && (
          <Values point={point} name={nameOf(point, time)} series={series} chosen={chosen?.key} style={place.values} />
        )}
        <p aria-live="polite" className="sr-only">
          {active?.byKey && point && spoken(point, nameOf(point, time), series, chosen)}
        </p>
      </div>
    </div>
  )
}

function spoken(point: Point, name: string, series: Series[], chosen: Series | undefined): string {
  if (isGap(point)) return `${name}: no sample`
  const said = (one: Series) => {
    const value = valueAt(point, one.key)
    return `${one.label} ${value === null ? 'not known' : formatNumber(value)}`
  }
  return `${name}: ${chosen ? said(chosen) : series.map(said).join(', ')}`
}

function Legend({ series, gaps }: { series: Series[]; gaps: boolean }) {
  return (
    <ul className="mb-1 flex flex-wrap gap-x-4 gap-y-1 text-muted text-xs">
      {series.map((one) => (
        <li key={one.key} className="flex min-w-0 items-center gap-1.5">
          <span
            aria-hidden="true"
            className={cn('swatch size-2.5 shrink-0 rounded-[2px]', one.faded && 'opacity-45')}
            style={{ background: markOf(one) }}
          />
          <bdi className="max-w-52 truncate">{one.label}</bdi>
        </li>
      ))}
      {gaps && (
        <li className="flex items-center gap-1.5">
          <span aria-hidden="true" className="size-2.5 rounded-[2px] border border-line-strong bg-sunken" />
          no samples
        </li>
      )}
    </ul>
  )
}

/** The cursor's values; seen, while what the keys reach is spoken by the live region beside it. */
function Values({
  point,
  name,
  series,
  chosen,
  style,
}: {
  point: Point
  name: string
  series: Series[]
  chosen: string | undefined
  style: CSSProperties
}) {
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute z-10 min-w-32 max-w-64 rounded-md border border-line bg-raised px-3 py-2 text-xs shadow-overlay"
      style={style}
    >
      <p className="font-medium wrap-anywhere">
        <bdi>{name}</bdi>
      </p>
      {isGap(point) ? (
        <p className="mt-1 text-muted">no sample</p>
      ) : (
        <div className="mt-1 grid grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-x-2">
          {series.map((one) => {
            const value = valueAt(point, one.key)
            const isChosen = one.key === chosen
            return (
              <div key={one.key} className={cn('contents', isChosen ? 'font-semibold text-ink' : 'text-muted')}>
                <span className="swatch size-2 rounded-[2px]" style={{ background: markOf(one) }} />
                <bdi className="truncate">{one.label}</bdi>
                <span className="pl-2 text-right text-ink tabular-nums">
                  {value === null ? 'none' : formatNumber(value)}
                </span>
              </div>
            )
          })}
        </div>
      )}
    </div>
  )
}
