import { type ReactNode, useId } from 'react'
import { Mark } from '@/components/layout/mark'
import type { Theme } from '@/components/layout/theme'
import { ThemeToggle } from '@/components/layout/theme-toggle'
import { ZoneCookie } from '@/components/layout/zone-cookie'

/** The page of who is not signed in: no areas, nothing of the data. */
export function SignInFrame({ theme, zone, children }: { theme: Theme; zone: string; children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex h-bar items-center justify-between px-4 md:px-gutter">
        <p className="flex items-center gap-2 font-semibold tracking-tight">
          <Mark />
          <span className="text-lg leading-none">mig</span>
        </p>
        <ThemeToggle initial={theme} />
      </header>
      <main className="mx-auto flex w-full max-w-[64rem] flex-col gap-6 px-4 pt-4 pb-12 md:px-gutter md:pt-10">
        {children}
      </main>
      <ZoneCookie known={zone} />
    </div>
  )
}

/** One way to sign in: a heading, a remark, and what is to be done. */
export function Way({ title, remark, children }: { title: string; remark: string; children: ReactNode }) {
  const heading = useId()
  return (
    <section
      aria-labelledby={heading}
      className="flex min-w-0 flex-col gap-4 rounded-md border border-line bg-surface p-4 md:p-5"
    >
      <div className="flex flex-col gap-1">
        <h2 id={heading} className="font-semibold text-lg">
          {title}
        </h2>
        <p className="text-muted text-sm">{remark}</p>
      </div>
      {children}
    </section>
  )
}
