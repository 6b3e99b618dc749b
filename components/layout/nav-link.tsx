'use client'

import Link, { useLinkStatus } from 'next/link'
import { usePathname } from 'next/navigation'
import type { MouseEvent, ReactNode } from 'react'
import { cn } from '@/lib/cn'
import { currentItem, type NavKey } from './navigation'

/** One entry of the sidebar, marked when the page belongs to it; closes the phone's sheet. */
export function NavLink({
  item,
  href,
  sub,
  label,
  children,
}: {
  item: NavKey
  href: string
  sub: boolean
  label: string
  children: ReactNode
}) {
  const current = currentItem(usePathname()) === item
  return (
    <Link
      href={href}
      prefetch={false}
      title={label}
      aria-current={current ? 'page' : undefined}
      onClick={closeSheet}
      className={cn(
        'relative flex h-8 items-center gap-2.5 rounded-md px-2.5 text-sm max-md:h-10 md:max-lg:justify-center md:max-lg:px-0',
        sub && 'lg:pl-[2.375rem] max-md:pl-[2.375rem] lg:h-7',
        current ? 'bg-accent-tint font-medium text-accent' : 'text-muted hover:bg-hover hover:text-ink',
      )}
    >
      {children}
      <Waiting />
    </Link>
  )
}

const closeSheet = (event: MouseEvent<HTMLElement>) =>
  event.currentTarget.closest<HTMLElement>('[popover]')?.hidePopover?.()

/** The count at an entry of the sidebar, which leads to exactly what it counts: a default view may show less. */
export function CountLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link
      href={href}
      prefetch={false}
      onClick={closeSheet}
      className="inline-flex min-h-6 min-w-6 items-center justify-center"
    >
      {children}
    </Link>
  )
}

function Waiting() {
  const { pending } = useLinkStatus()
  return (
    <span
      aria-hidden="true"
      className={cn(
        'absolute inset-y-1.5 left-0 w-0.5 rounded-full bg-accent transition-opacity delay-100 duration-100',
        pending ? 'opacity-100' : 'opacity-0',
      )}
    />
  )
}
