import { cn } from '@/lib/cn'
import { formatNumber } from '@/lib/format'
import { Icon } from './icon'
import { TONE_ICON, TONE_MARK, TONE_TEXT, type Tone } from './tone'

export type Segment = { key: string; label: string; count: number; tone: Tone; out?: boolean; href?: string }

/** One bar of segments by tone; a segment that is still `out` is hatched. `figures` writes the numbers under it. */
export function ProgressBar({
  label,
  segments,
  total,
  figures = false,
  className,
}: {
  label: string
  segments: Segment[]
  total?: number
  figures?: boolean
  className?: string
}) {
  const shown = segments.filter((segment) => segment.count > 0)
  const sum = shown.reduce((all, segment) => all + segment.count, 0)
  const whole = Math.max(total ?? sum, sum)
  const words = shown.map((segment) => `${formatNumber(segment.count)} ${segment.label}`).join(', ') || 'nothing yet'
  return (
    <div className={cn('min-w-0', className)}>
      <div
        role="img"
        aria-label={`${label}: ${words}`}
        title={words}
        className={cn('flex w-full gap-px overflow-hidden rounded-full bg-neutral-tint', figures ? 'h-2.5' : 'h-2')}
      >
        {shown.map((segment) => (
          <span
            key={segment.key}
            className={cn('h-full min-w-[3px]', segment.out ? 'hatched' : TONE_MARK[segment.tone])}
            style={{ width: `${whole > 0 ? (100 * segment.count) / whole : 0}%` }}
          />
        ))}
      </div>
      {figures && (
        <ul className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-sm">
          {segments.map((segment) => (
            <li key={segment.key} className="inline-flex items-center gap-1.5">
              <Icon name={TONE_ICON[segment.tone]} className={cn('size-3.5', TONE_TEXT[segment.tone])} />
              <span className="font-medium tabular-nums">{formatNumber(segment.count)}</span>
              {segment.href ? (
                <a href={segment.href} className="text-muted underline-offset-2 hover:text-ink hover:underline">
                  {segment.label}
                </a>
              ) : (
                <span className="text-muted">{segment.label}</span>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
