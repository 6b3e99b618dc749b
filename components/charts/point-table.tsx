'use client'

import Link from 'next/link'
import { formatNumber, formatUtc } from '@/lib/format'
import { nameOf } from './point-label'
import { type ChartProps, hrefOf, type Point, valueAt } from './series'

/** A chart's points as a table, made of what the chart already has: the same rows as its CSV. */
export function PointTable({ axis, question, series, points, time, links }: ChartProps & { axis: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard
    <div className="max-h-72 overflow-auto" tabIndex={0}>
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{question}</caption>
        <thead className="sticky top-0 bg-surface text-muted text-xs">
          <tr>
            <th scope="col" className="py-1 pr-4 text-left font-medium">
              {axis}
            </th>
            {series.map((one) => (
              <th key={one.key} scope="col" className="px-2 py-1 text-right font-medium">
                {one.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {points.map((point) => (
            <tr key={point.key} className="border-line border-t">
              <th scope="row" className="whitespace-nowrap py-1 pr-4 text-left font-normal">
                <Name point={point} time={time} href={hrefOf(point, links)} />
              </th>
              {series.map((one) => {
                const value = valueAt(point, one.key)
                return (
                  <td key={one.key} className="px-2 py-1 text-right tabular-nums">
                    {value === null ? <span className="text-faint">none</span> : formatNumber(value)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Name({ point, time, href }: { point: Point; time: ChartProps['time']; href: string | null }) {
  const name = time ? (
    <time dateTime={point.key} title={formatUtc(point.key)}>
      {nameOf(point, time)}
    </time>
  ) : (
    <bdi>{nameOf(point, time)}</bdi>
  )
  if (!href) return name
  return (
    <Link href={href} prefetch={false} className="inline-flex min-h-6 items-center text-accent hover:underline">
      {name}
    </Link>
  )
}
