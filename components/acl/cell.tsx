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
  const look = cn(open && 'shadow-[inset_0_0_0_2px_var(--accent)]', className) || undefined
  const inside = <span>{children}</span>
  if (!href)
    return (
      <span data-cell="" title={label} className={look}>
        {inside}
      </span>
    )
  // A plain link: there are hundreds of them on a page. SoftLinks opens it in place.
  return (
    <a data-cell="" href={href} title={label} aria-current={open ? 'true' : undefined} className={look}>
      {inside}
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
