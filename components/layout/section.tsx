import { type ReactNode, useId } from 'react'
import { cn } from '@/lib/cn'

/** A part of a page with a heading, a grey remark beside it and something to do at the right. */
export function Section({
  title,
  remark,
  action,
  id,
  children,
  className,
}: {
  title: string
  remark?: ReactNode
  action?: ReactNode
  id?: string
  children: ReactNode
  className?: string
}) {
  const heading = useId()
  return (
    <section id={id} aria-labelledby={heading} className={cn('flex min-w-0 flex-col gap-2.5', className)}>
      <div className="flex min-h-7 flex-wrap items-baseline gap-x-3 gap-y-1">
        <h2 id={heading} className="text-lg font-semibold">
          {title}
        </h2>
        {remark && <p className="text-sm text-muted">{remark}</p>}
        {action && <div className="ml-auto flex items-center gap-2">{action}</div>}
      </div>
      {children}
    </section>
  )
}
