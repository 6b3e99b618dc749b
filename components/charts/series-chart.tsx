'use client'

import dynamic from 'next/dynamic'
import { cn } from '@/lib/cn'
import { TONE_MARK } from '../ui/tone'
import type { ChartProps } from './series'

const Space = () => <div className="h-50" />
const Drawing = dynamic(() => import('./series-drawing'), { ssr: false, loading: Space })

/** Bars or areas of a few series on top of each other. Drawn when the page is alive; the table beside it is always there. */
export function SeriesChart({ kind, ...props }: ChartProps & { kind: 'bar' | 'area' }) {
  return (
    <div className="noscript:hidden">
      <ul className="mb-1 flex flex-wrap gap-x-4 gap-y-1 text-muted text-xs">
        {props.series.map((series) => (
          <li key={series.key} className="flex items-center gap-1.5">
            <span aria-hidden="true" className={cn('size-2.5 rounded-[2px]', TONE_MARK[series.tone])} />
            {series.label}
          </li>
        ))}
      </ul>
      <Drawing kind={kind} {...props} />
    </div>
  )
}
