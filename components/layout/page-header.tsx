import Link from 'next/link'
import type { ReactNode } from 'react'
import { cn } from '@/lib/cn'
import { Icon } from '../ui/icon'
import { visibleText } from '../ui/visible-text'

export type Crumb = { label: string; href: string }

const LONG = 10

/** The page's part of the top bar: where it is, its title with hidden characters spelled out, and at the right "as of". */
export function PageHeader({
  crumbs = [],
  title,
  mono = false,
  live,
}: {
  crumbs?: Crumb[]
  title: string
  mono?: boolean
  live?: ReactNode
}) {
  const shown = visibleText(title) || 'Without a name'
  return (
    <header className="fixed inset-x-0 top-0 z-20 flex h-bar items-center gap-4 border-line border-b bg-bg pr-[13rem] pl-12 max-md:pr-[9.5rem] lg:pr-[16.25rem] md:left-rail md:pl-gutter lg:left-side print:static print:h-auto print:border-0 print:px-0">
      <div className="flex min-w-0 flex-1 items-center gap-1.5 text-sm">
        {crumbs.length > 0 && (
          <nav aria-label="Breadcrumb" className="min-w-0 max-w-[60%] shrink-0 max-sm:hidden">
            <ol className="flex min-w-0 items-center gap-1.5">
              {crumbs.map((crumb) => (
                <li key={crumb.href} className="flex min-w-0 items-center gap-1.5">
                  <Link
                    prefetch={false}
                    href={crumb.href}
                    title={visibleText(crumb.label)}
                    className="min-w-8 max-w-72 truncate text-muted underline-offset-2 hover:text-ink hover:underline"
                  >
                    {visibleText(crumb.label)}
                  </Link>
                  <Icon name="chevron-right" className="size-3.5 shrink-0 text-faint" />
                </li>
              ))}
            </ol>
          </nav>
        )}
        <h1
          title={shown}
          className={cn(
            'truncate font-semibold text-lg max-sm:line-clamp-2 max-sm:whitespace-normal max-sm:wrap-anywhere max-sm:text-base max-sm:leading-[1.2] print:text-xl',
            mono && 'font-mono text-base',
          )}
        >
          <bdi>{shown}</bdi>
        </h1>
      </div>
      {live && (
        <div
          className={cn(
            'no-print shrink-0 text-xs text-muted',
            // On a phone a long title needs the room of the clock.
            shown.length > LONG && 'max-sm:[&_[data-clock]]:sr-only',
          )}
        >
          {live}
        </div>
      )}
    </header>
  )
}
