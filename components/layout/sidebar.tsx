import Link from 'next/link'
import type { ReactNode } from 'react'
import { cn } from '@/lib/cn'
import { Icon } from '../ui/icon'
import { Mark } from './mark'
import { NavLink } from './nav-link'
import { FOOT, NAVIGATION, type NavItem, type NavKey } from './navigation'

/**
 * The areas. One element in three shapes: full on wide windows, icons on medium ones, on phones a sheet that the menu
 * button opens as a popover. `counts` are small badges, each may stream in.
 */
export function Sidebar({ counts = {} }: { counts?: Partial<Record<NavKey, ReactNode>> }) {
  return (
    <nav
      id="areas"
      popover="auto"
      aria-label="Areas"
      className={cn(
        'no-print z-40 flex-col bg-sunken text-ink',
        'max-md:fixed max-md:inset-y-0 max-md:left-0 max-md:h-dvh max-md:w-72 max-md:shadow-overlay max-md:open:flex',
        'md:sticky md:top-0 md:flex md:h-dvh md:w-rail md:shrink-0 md:border-r md:border-line lg:w-side',
        'max-h-none overflow-y-auto',
      )}
    >
      <div className="flex h-bar shrink-0 items-center px-4 max-md:pr-2 md:max-lg:justify-center md:max-lg:px-0">
        <Link
          href="/"
          prefetch={false}
          className="flex items-center gap-2 font-semibold tracking-tight"
          title="MIG dashboard"
        >
          <Mark />
          <span className="text-lg leading-none md:max-lg:sr-only">mig</span>
        </Link>
        <button
          type="button"
          popoverTarget="areas"
          popoverTargetAction="hide"
          aria-label="Close the areas"
          className="ml-auto inline-flex size-10 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink md:hidden"
        >
          <Icon name="x" className="size-5" />
        </button>
      </div>
      <List items={NAVIGATION} counts={counts} />
      <div className="flex-1" />
      <List items={FOOT} counts={counts} />
    </nav>
  )
}

function List({ items, counts }: { items: readonly NavItem[]; counts: Partial<Record<NavKey, ReactNode>> }) {
  return (
    <ul className="flex flex-col gap-px px-2 pt-1 pb-4">
      {items.map((item) => (
        <li key={item.key} className="flex flex-col gap-px">
          <div className="relative">
            <Entry item={item} count={counts[item.key]} />
          </div>
          {item.sub && (
            <ul className="flex flex-col gap-px">
              {item.sub.map((sub) => (
                <li key={sub.key} className="relative">
                  <Entry item={sub} count={counts[sub.key]} sub />
                </li>
              ))}
            </ul>
          )}
        </li>
      ))}
    </ul>
  )
}

function Entry({ item, count, sub = false }: { item: NavItem; count?: ReactNode; sub?: boolean }) {
  return (
    <>
      <NavLink item={item.key} href={item.href} sub={sub} label={item.label}>
        <Icon name={item.icon} className={cn('size-4', sub && 'lg:hidden max-md:hidden md:max-lg:size-3.5')} />
        <span className="min-w-0 flex-1 truncate md:max-lg:sr-only">{item.label}</span>
      </NavLink>
      {count && (
        <span className="absolute inset-y-0 right-2.5 flex items-center md:max-lg:-top-1 md:max-lg:right-0 md:max-lg:bottom-auto md:max-lg:scale-75">
          {count}
        </span>
      )}
    </>
  )
}
