'use client'

import Link from 'next/link'
import { Icon } from '../ui/icon'
import { visibleText } from '../ui/visible-text'

const ITEM =
  'flex h-8 w-full items-center gap-2 rounded-sm px-2 text-left text-sm text-ink hover:bg-hover pointer-coarse:h-10'

/** The browser's own zone, whether UTC is shown instead, and what changes that. */
export type Clock = { own: string; inUtc: boolean; choose: (formData: FormData) => Promise<void> }

/** Numbers and dates by an example, as the browser wants them and plainly; which of both is shown, and what changes that. */
type Writing = { own: string; plain: string; isPlain: boolean; choose: (formData: FormData) => Promise<void> }

/** Who is signed in, by initials, with a menu: name and role, how times and numbers are written, settings, sign out. Opens without scripts too. */
export function Person({
  name,
  role,
  clock,
  writing,
  signOut,
}: {
  name: string
  role: string
  clock: Clock
  writing: Writing
  signOut: () => Promise<void>
}) {
  const shown = visibleText(name)
  return (
    <>
      <button
        type="button"
        popoverTarget="person"
        title={`${shown}, ${role}`}
        className="inline-flex size-7 shrink-0 items-center justify-center rounded-full border border-line-strong bg-surface font-semibold text-[0.6875rem] text-muted hover:border-control hover:text-ink"
      >
        <span aria-hidden="true">{initials(name)}</span>
        <span className="sr-only">
          Signed in as {shown}, {role}
        </span>
      </button>
      <div
        id="person"
        popover="auto"
        className="top-[2.875rem] right-3 left-auto m-0 w-60 rounded-md border border-line-strong bg-raised p-1 text-ink shadow-overlay backdrop:bg-transparent"
      >
        <div className="mb-1 border-line border-b px-2 pt-1.5 pb-2">
          <p className="font-medium text-sm wrap-anywhere">
            <bdi>{shown}</bdi>
          </p>
          <p className="text-muted text-xs">{role}</p>
        </div>
        {(clock.own !== 'UTC' || clock.inUtc) && (
          <form action={clock.choose} className="mb-1 border-line border-b pb-1">
            <p className="px-2 pt-1 text-muted text-xs">Times are in {clock.inUtc ? 'UTC' : clock.own}</p>
            <input type="hidden" name="clock" value={clock.inUtc ? 'own' : 'utc'} />
            <button type="submit" className={ITEM}>
              <Icon name="clock" className="size-4 text-muted" />
              {clock.inUtc
                ? `Show them in ${clock.own === 'UTC' ? 'the browser’s zone' : clock.own}`
                : 'Show them in UTC'}
            </button>
          </form>
        )}
        {writing.own !== writing.plain && (
          <form action={writing.choose} className="mb-1 border-line border-b pb-1">
            <p className="px-2 pt-1 text-muted text-xs">
              Numbers and dates are {writing.isPlain ? 'in plain English' : 'as the browser wants them'}
            </p>
            <input type="hidden" name="formats" value={writing.isPlain ? 'own' : 'plain'} />
            <button type="submit" className={ITEM}>
              <Icon name="calendar" className="size-4 text-muted" />
              Show {writing.isPlain ? writing.own : writing.plain}
            </button>
          </form>
        )}
        <Link
          href="/settings"
          prefetch={false}
          className={ITEM}
          onClick={(event) => event.currentTarget.closest<HTMLElement>('[popover]')?.hidePopover?.()}
        >
          <Icon name="settings" className="size-4 text-muted" />
          Settings
        </Link>
        <button
          type="button"
          className={`${ITEM} noscript:hidden`}
          onClick={(event) => {
            event.currentTarget.closest<HTMLElement>('[popover]')?.hidePopover?.()
            document.dispatchEvent(new Event('mig:shortcuts'))
          }}
        >
          <Icon name="info" className="size-4 text-muted" />
          Shortcuts
        </button>
        <form action={signOut}>
          <button type="submit" className={ITEM}>
            <Icon name="log-out" className="size-4 text-muted" />
            Sign out
          </button>
        </form>
      </div>
    </>
  )
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean)
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? '')][0] ?? '')
  return letters.join('').toUpperCase() || '?'
}
