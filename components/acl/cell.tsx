import type { ReactNode } from 'react'
import { cn } from '@/lib/cn'

/** One cell: what it shows, all that is to say of it, and the link to its form where the viewer may write. */
export function Cell({
  label,
  href,
  open = false,
  className,
  children,
}: {
  /** All that is to say of it: shown on hover, read as its description. */
  label: string
  href: string | null
  open?: boolean
  className?: string | false | null
  children: ReactNode
}) {
  const look = cn(
    'flex h-row min-w-14 items-center justify-center gap-0.5 px-2',
    open && 'shadow-[inset_0_0_0_2px_var(--accent)]',
    className,
  )
  if (!href)
    return (
      <span title={label} className={look}>
        {children}
      </span>
    )
  // A plain link: there are hundreds of them on a page. SoftLinks opens it in place.
  return (
    <a
      href={href}
      data-soft
      title={label}
      aria-current={open ? 'true' : undefined}
      className={cn(look, 'hover:bg-hover focus-visible:-outline-offset-2')}
    >
      {children}
    </a>
  )
}

/** "No rule", which is not 0. */
export function NoRule() {
  return (
    <span className="text-faint">
      <span aria-hidden="true">·</span>
      <span className="sr-only">no rule</span>
    </span>
  )
}
