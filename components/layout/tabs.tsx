import Link from 'next/link'
import type { ReactNode } from 'react'
import { cn } from '@/lib/cn'

export type Tab = { key: string; label: string; href: string; count?: ReactNode }

/** Parts of one thing that are truly apart, as links. */
export function Tabs({ label, tabs, current }: { label: string; tabs: Tab[]; current: string }) {
  return (
    <nav
      aria-label={label}
      // On a phone the edge fades, so that one sees that there are more; the current one is scrolled to.
      className="no-print -mb-px overflow-x-auto border-line border-b max-md:[mask-image:linear-gradient(to_right,black_calc(100%-1.5rem),transparent)]"
    >
      <ul className="flex gap-1 max-md:w-max max-md:pr-6">
        {tabs.map((tab) => (
          <li key={tab.key}>
            <Link
              prefetch={false}
              href={tab.href}
              aria-current={tab.key === current ? 'page' : undefined}
              className={cn(
                'flex h-9 items-center gap-1.5 whitespace-nowrap border-b-2 px-2.5 text-sm focus-visible:-outline-offset-2',
                tab.key === current
                  ? 'border-accent font-medium text-ink [scroll-initial-target:nearest]'
                  : 'border-transparent text-muted hover:text-ink forced-colors:border-[Canvas]',
              )}
            >
              {tab.label}
              {tab.count !== undefined && <span className="text-faint tabular-nums">{tab.count}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

/** A choice between a few ways to look at the same thing, as links in one box. */
export function Segments({ label, options, current }: { label: string; options: Tab[]; current: string }) {
  return (
    <nav
      aria-label={label}
      className="inline-flex w-fit max-w-full overflow-x-auto rounded-md border border-line-strong bg-surface p-px"
    >
      {options.map((option) => (
        <Link
          key={option.key}
          prefetch={false}
          href={option.href}
          aria-current={option.key === current ? 'true' : undefined}
          className={cn(
            'flex h-[1.625rem] items-center gap-1.5 rounded-[5px] px-2.5 text-xs whitespace-nowrap focus-visible:-outline-offset-2 print:not-aria-[current]:hidden',
            option.key === current ? 'bg-accent-tint font-medium text-accent' : 'text-muted hover:text-ink',
          )}
        >
          {option.label}
          {option.count !== undefined && <span className="tabular-nums">{option.count}</span>}
        </Link>
      ))}
    </nav>
  )
}
