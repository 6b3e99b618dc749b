import type { ReactNode } from 'react'
import { cn } from '@/lib/cn'

export type KeyValueItem = { key: string; label: ReactNode; value: ReactNode }

/** Names and values of one thing, as a definition list; names left on wide windows, above on phones. */
export function KeyValue({ items, className }: { items: KeyValueItem[]; className?: string }) {
  return (
    <dl className={cn('grid grid-cols-1 text-sm sm:grid-cols-[minmax(8rem,max-content)_minmax(0,1fr)]', className)}>
      {items.map((item) => (
        <div
          key={item.key}
          className="border-line border-b py-1.5 last:border-b-0 sm:col-span-2 sm:grid sm:grid-cols-subgrid sm:gap-x-6"
        >
          <dt className="text-muted">{item.label}</dt>
          <dd className="min-w-0 wrap-anywhere">{item.value}</dd>
        </div>
      ))}
    </dl>
  )
}
