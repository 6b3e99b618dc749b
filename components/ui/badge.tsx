import type { ReactNode } from 'react'
import { cn } from '@/lib/cn'
import { Icon, type IconName } from './icon'
import { TONE_BOX, TONE_ICON, TONE_TEXT, type Tone } from './tone'
import { visibleText } from './visible-text'

type Status = { label: string; tone: Tone; icon?: IconName; title?: string }

/** A status as icon and word in its tone; a status that is not known may be any text. `bare` leaves out the box, for table cells. */
export function StatusBadge({ label, tone, icon, title, bare = false }: Status & { bare?: boolean }) {
  return (
    <span
      title={title && visibleText(title)}
      className={cn(
        'inline-flex max-w-full items-center gap-1 whitespace-nowrap font-medium',
        bare ? TONE_TEXT[tone] : cn('h-[1.375rem] rounded-sm border px-1.5 align-middle text-xs', TONE_BOX[tone]),
      )}
    >
      <Icon name={icon ?? TONE_ICON[tone]} className={bare ? 'size-4' : 'size-3.5'} />
      <span className={cn('truncate', bare && 'self-baseline')}>{visibleText(label)}</span>
    </span>
  )
}

/** A short neutral mark without meaning of its own: a count, a tag, a kind. */
export function Badge({ children, title, className }: { children: ReactNode; title?: string; className?: string }) {
  return (
    <span
      title={title}
      className={cn(
        'inline-flex h-5 max-w-full items-center gap-1 truncate whitespace-nowrap rounded-sm border border-line bg-sunken px-1.5 text-xs text-muted tabular-nums',
        className,
      )}
    >
      {children}
    </span>
  )
}

/** A count that asks for attention, for the sidebar and tabs; nothing when it is zero. */
export function CountBadge({ count, label, tone = 'neutral' }: { count: string; label: string; tone?: Tone }) {
  if (count === '0') return null
  return (
    <span
      title={label}
      className={cn(
        'inline-flex h-[1.125rem] min-w-[1.125rem] items-center justify-center rounded-full border px-1.5 text-[0.6875rem] leading-none font-semibold tabular-nums',
        TONE_BOX[tone],
      )}
    >
      <span aria-hidden="true">{count}</span>
      <span className="sr-only">{label}</span>
    </span>
  )
}
