import type { ReactNode } from 'react'
import { cn } from '@/lib/cn'
import { Icon, type IconName } from '../ui/icon'
import { TONE_BOX, TONE_ICON, type Tone } from '../ui/tone'

/** A sentence in a tone, with room for one thing to do: after a write, beside a fact, above a list. */
export function Notice({
  tone,
  title,
  children,
  action,
  icon,
  live = false,
  className,
}: {
  tone: Tone
  title?: ReactNode
  children?: ReactNode
  action?: ReactNode
  icon?: IconName
  live?: boolean
  className?: string
}) {
  return (
    <div
      role={live ? (tone === 'bad' ? 'alert' : 'status') : undefined}
      className={cn(
        'flex items-start gap-x-2.5 gap-y-1 max-sm:flex-wrap rounded-md border px-3 py-2 text-sm',
        TONE_BOX[tone],
        className,
      )}
    >
      <Icon name={icon ?? TONE_ICON[tone]} className="mt-px size-4" />
      <div className="min-w-0 flex-1">
        {title && <p className="font-medium">{title}</p>}
        {children && (
          <div className={cn('max-w-text text-ink wrap-anywhere', Boolean(title) && 'mt-0.5')}>{children}</div>
        )}
      </div>
      {action && <div className="max-sm:basis-full max-sm:pl-[1.625rem]">{action}</div>}
    </div>
  )
}
