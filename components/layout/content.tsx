import type { ReactNode } from 'react'
import { cn } from '@/lib/cn'

/** The page below the top bar, with its gutters. */
export function Content({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <div
      className={cn(
        'flex flex-col gap-5 px-4 py-4 md:px-gutter md:py-5 print:block print:space-y-4 print:p-0',
        className,
      )}
    >
      {children}
    </div>
  )
}

/** Main column and, on wide windows, related things at the right. */
export function Columns({ children, aside }: { children: ReactNode; aside: ReactNode }) {
  return (
    <div className="grid grid-cols-1 items-start gap-6 xl:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="flex min-w-0 flex-col gap-6">{children}</div>
      <div className="flex min-w-0 flex-col gap-6">{aside}</div>
    </div>
  )
}
