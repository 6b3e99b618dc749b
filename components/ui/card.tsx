import type { ReactNode } from 'react'
import { cn } from '@/lib/cn'

/** One bordered box. Never a card in a card. */
export function Card({
  children,
  className,
  padded = true,
}: {
  children: ReactNode
  className?: string
  padded?: boolean
}) {
  return <div className={cn('rounded-md border border-line bg-surface', padded && 'p-4', className)}>{children}</div>
}
