'use client'

import { useRouter } from 'next/navigation'
import type { MouseEvent, ReactNode } from 'react'
import { cn } from '@/lib/cn'

/**
 * Lets hundreds of plain links inside open in place: one listener instead of a component each. Without scripts they are
 * ordinary links.
 */
export function SoftLinks({ children, className }: { children: ReactNode; className?: string }) {
  const router = useRouter()
  const open = (event: MouseEvent) => {
    const link = (event.target as Element).closest('a[data-cell]')
    if (!link || event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    router.push(link.getAttribute('href')?.replace(/#.*/, '') ?? '', { scroll: false })
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: the links inside are what is used, a key on one is a click
    <div className={cn('relative', className)} onClick={open}>
      {children}
    </div>
  )
}
