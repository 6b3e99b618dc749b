import Link from 'next/link'
import type { ReactNode } from 'react'
import { cn } from '@/lib/cn'
import { Icon, type IconName } from '../ui/icon'
import { TONE_ICON, TONE_TEXT, type Tone } from '../ui/tone'

export type Stat = {
  key: string
  label: string
  value: ReactNode
  href?: string
  tone?: Tone
  icon?: IconName
  note?: ReactNode
}

/** Key figures in one row, each a link to what it counts. `large` is for the overview and health only. */
export function StatStrip({ stats, large = false, label }: { stats: Stat[]; large?: boolean; label: string }) {
  // Seven digits and their commas are wider than a figure of seven in a row.
  const isLarge = large && stats.every(({ value }) => typeof value !== 'string' || value.length < 8)
  return (
    <ul
      aria-label={label}
      className={cn(
        'grid overflow-hidden rounded-md border border-line bg-surface',
        isLarge && stats.every(({ value }) => typeof value === 'string' && value.length < 6)
          ? 'grid-cols-3 max-sm:[&>li>*]:px-3'
          : 'grid-cols-2',
        large
          ? 'sm:grid-cols-[repeat(auto-fit,minmax(8.5rem,1fr))]'
          : 'sm:grid-cols-[repeat(auto-fit,minmax(9.5rem,1fr))]',
      )}
    >
      {stats.map((stat) => (
        <li key={stat.key} className="-mr-px -mb-px min-w-0 border-line border-r border-b">
          {stat.href ? (
            <Link
              prefetch={false}
              href={stat.href}
              className="group block h-full px-4 py-3 hover:bg-hover focus-visible:-outline-offset-2"
            >
              <Figure stat={stat} large={isLarge} />
            </Link>
          ) : (
            <div className="px-4 py-3">
              <Figure stat={stat} large={isLarge} />
            </div>
          )}
        </li>
      ))}
    </ul>
  )
}

function Figure({ stat, large }: { stat: Stat; large: boolean }) {
  const tone = stat.tone
  return (
    <>
      <span className="flex items-center gap-1.5 text-xs text-muted">
        {tone && <Icon name={stat.icon ?? TONE_ICON[tone]} className={cn('size-3.5', TONE_TEXT[tone])} />}
        <span className="truncate group-hover:text-ink">{stat.label}</span>
      </span>
      <span
        className={cn(
          'mt-1 block font-semibold tracking-tight tabular-nums',
          large ? 'text-2xl' : 'text-xl',
          tone && TONE_TEXT[tone],
        )}
      >
        {stat.value}
      </span>
      {stat.note && <span className="mt-0.5 block text-xs text-faint">{stat.note}</span>}
    </>
  )
}
