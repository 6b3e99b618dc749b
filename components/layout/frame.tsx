import type { ReactNode } from 'react'
import { Icon } from '../ui/icon'
import { KeepFocus } from './keep-focus'
import type { NavKey } from './navigation'
import { Sidebar } from './sidebar'
import type { Theme } from './theme'
import { ThemeToggle } from './theme-toggle'
import { ZoneCookie } from './zone-cookie'

/** Sidebar, tools at the right of the top bar, banner lines, and the page. The page itself draws its PageHeader into the bar. */
export function Frame({
  counts,
  person,
  search,
  banners,
  theme,
  zone,
  children,
}: {
  counts?: Partial<Record<NavKey, ReactNode>>
  person?: ReactNode
  /** What opens the search. */
  search?: ReactNode
  banners?: ReactNode
  theme: Theme
  /** The zone that the browser told, to be told anew when it is another. */
  zone: string
  children: ReactNode
}) {
  return (
    <div className="flex min-h-dvh print:block">
      <a
        href="#content"
        className="no-print fixed top-2 left-2 z-50 -translate-y-20 rounded-md bg-accent-solid px-3 py-2 text-sm font-medium text-on-solid focus:translate-y-0"
      >
        Skip to the content
      </a>
      <Sidebar counts={counts} />
      <div className="min-w-0 flex-1">
        <header className="no-print">
          <div className="fixed top-0 left-0 z-30 flex h-bar items-center pl-1.5 md:hidden">
            <button
              type="button"
              popoverTarget="areas"
              aria-label="Areas"
              className="inline-flex size-10 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink"
            >
              <Icon name="menu" className="size-5" />
            </button>
          </div>
          <div className="fixed top-0 right-0 z-30 flex h-bar items-center justify-end gap-1 pr-3 md:pr-4">
            {search}
            <ThemeToggle initial={theme} />
            {person}
          </div>
        </header>
        <div className="pt-bar print:pt-0">
          {banners}
          <main id="content" tabIndex={-1} className="outline-none">
            {children}
          </main>
        </div>
      </div>
      <ZoneCookie known={zone} />
      <KeepFocus />
    </div>
  )
}
