import type { ReactNode } from 'react'
import { cn } from '@/lib/cn'
import { Icon } from './icon'

/** A closed part that opens without JavaScript. */
export function Disclosure({
  summary,
  aside,
  open = false,
  className,
  children,
}: {
  summary: ReactNode
  aside?: ReactNode
  open?: boolean
  className?: string
  children: ReactNode
}) {
  return (
    <details open={open} className={className}>
      <summary className="flex min-h-8 items-center gap-1.5 rounded-md text-sm font-medium text-muted select-none hover:text-ink">
        <Icon name="chevron-right" className="disclosure-mark size-3.5" />
        <span>
          <span>{summary}</span>
          {aside && <span className="ml-1.5 font-normal text-faint">{aside}</span>}
        </span>
      </summary>
      <div className={cn('pt-2')}>{children}</div>
    </details>
  )
}
