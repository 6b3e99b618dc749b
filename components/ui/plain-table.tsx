import type { ReactNode } from 'react'
import { cn } from '@/lib/cn'

/** A short table in a frame of its own, scrolled sideways where it is too wide; `rows` adds to how its cells look. */
export function PlainTable({
  caption,
  headers,
  rows,
  children,
}: {
  caption: string
  headers: readonly string[]
  rows?: string
  children: ReactNode
}) {
  return (
    <div className="overflow-x-auto rounded-md border border-line bg-surface">
      <table className="w-full border-separate border-spacing-0 text-sm">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {headers.map((header) => (
              <th
                key={header}
                scope="col"
                className="h-row whitespace-nowrap px-3 text-left font-medium text-muted text-xs"
              >
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className={cn('[&_td]:border-line [&_td]:border-t [&_td]:px-3', rows)}>{children}</tbody>
      </table>
    </div>
  )
}
