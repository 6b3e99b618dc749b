import { use } from 'react'
import { cn } from '@/lib/cn'
import { formatExact, formatInZone, formatRelative, formatShort } from '@/lib/format'
import { viewerZone } from '@/lib/viewer-zone'

/**
 * A moment as "3 h ago", exact in UTC and in the viewer's zone on hover. `at` and `now` are RFC 3339 UTC texts;
 * null is "not yet", or the word in `none`; `dated` adds the short date.
 */
export function Moment({
  at,
  now,
  none = 'not yet',
  dated = false,
  className,
}: {
  at: string | null
  now: string
  none?: string
  dated?: boolean
  className?: string
}) {
  if (at === null) return <span className={cn('text-faint', className)}>{none}</span>
  const zone = use(viewerZone())
  return (
    <time dateTime={at} title={formatExact(at, zone)} className={cn('whitespace-nowrap', className)}>
      {formatRelative(at, now)}
      {dated && <span className="ml-1.5 text-faint text-xs">{formatShort(at, { now, zone })}</span>}
    </time>
  )
}

/** The exact moment in the viewer's zone with its name, UTC on hover: for detail pages and logs. */
export function ExactMoment({ at, none = 'not yet' }: { at: string | null; none?: string }) {
  if (at === null) return <span className="text-faint">{none}</span>
  const zone = use(viewerZone())
  return (
    <time dateTime={at} title={formatExact(at, zone)} className="whitespace-nowrap">
      {formatInZone(at, zone)}
    </time>
  )
}
