import type { ReactNode } from 'react'
import { cn } from '@/lib/cn'
import { buttonClass, LinkButton } from '../ui/button'
import { Icon, type IconName } from '../ui/icon'
import { TONE_TEXT, type Tone } from '../ui/tone'

/** The common shape of a page or a table that has nothing to show: why, what helps, at most one thing to do. */
export function Panel({
  icon,
  tone = 'neutral',
  title,
  children,
  action,
  framed = true,
  role,
}: {
  icon: IconName
  tone?: Tone
  title: string
  children?: ReactNode
  action?: ReactNode
  framed?: boolean
  role?: 'alert' | 'status'
}) {
  return (
    <div
      role={role}
      className={cn(
        'flex flex-col items-center gap-1 px-6 py-12 text-center',
        framed && 'rounded-md border border-line bg-surface',
      )}
    >
      <Icon name={icon} className={cn('mb-2 size-6', TONE_TEXT[tone])} />
      <p className="text-lg font-semibold text-ink">{title}</p>
      {children && <div className="max-w-[56ch] text-balance text-sm text-muted wrap-anywhere">{children}</div>}
      {action && <div className="mt-4 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  )
}

/** A list that is empty by itself: `title` says why, the children say what makes it fill. */
export function EmptyState({
  title,
  children,
  action,
  framed,
  icon = 'spool',
}: {
  title: string
  children?: ReactNode
  action?: ReactNode
  framed?: boolean
  icon?: IconName
}) {
  return (
    <Panel icon={icon} title={title} action={action} framed={framed}>
      {children}
    </Panel>
  )
}

/** Filters leave nothing over; offers the list without them. */
export function NothingMatches({
  what,
  clearHref,
  framed,
  children,
}: {
  what: string
  clearHref: string
  framed?: boolean
  children?: ReactNode
}) {
  return (
    <Panel
      icon="filter"
      framed={framed}
      title={`No ${what} match these filters`}
      action={<LinkButton href={clearHref}>Clear all filters</LinkButton>}
    >
      {children}
    </Panel>
  )
}

/** A filter that cannot be understood: says so instead of showing rows that nobody asked for. */
export function ProblemPanel({ problem, clearHref }: { problem: string; clearHref?: string }) {
  return (
    <Panel
      icon="alert"
      tone="attention"
      role="alert"
      title="This filter cannot be used"
      action={clearHref && <LinkButton href={clearHref}>Clear all filters</LinkButton>}
    >
      <p>{problem}</p>
      <p>No rows are shown, so that nothing else is taken for the answer.</p>
    </Panel>
  )
}

/** Something went wrong that nobody foresaw. `code` finds it in the server's log. */
export function ErrorPanel({
  title = 'This page could not be made',
  code,
  action,
  children,
}: {
  title?: string
  code?: string
  action?: ReactNode
  children?: ReactNode
}) {
  return (
    <Panel icon="circle-x" tone="bad" role="alert" title={title} action={action}>
      {children ?? <p>Something failed on the server. Nothing was changed by looking at this page.</p>}
      {code && (
        <p className="mt-1 text-xs text-faint">
          In the server&rsquo;s log: <code>{code}</code>
        </p>
      )}
    </Panel>
  )
}

/** The database does not answer. The plain link asks for the same page again, with or without JavaScript. */
export function DatabaseAway({ children }: { children?: ReactNode }) {
  return (
    <Panel
      icon="database"
      tone="bad"
      role="alert"
      title="The database is away"
      action={
        // biome-ignore lint/a11y/useValidAnchor: the empty address is this page with its filters
        <a href="" className={buttonClass()}>
          <Icon name="refresh" />
          Try again
        </a>
      }
    >
      {children ?? <p>The dashboard cannot reach PostgreSQL at the moment. It looks for it again with every page.</p>}
    </Panel>
  )
}

/** The viewer lacks a role. */
export function NoAccess({ needs, children }: { needs: string; children?: ReactNode }) {
  return (
    <Panel icon="lock" tone="attention" title="You may not see this">
      {children ?? <p>This needs the role {needs}. An administrator can give it to you.</p>}
    </Panel>
  )
}

/** There is no such thing (any more). */
export function NotFoundPanel({
  title = 'There is nothing here',
  children,
  action,
}: {
  title?: string
  children?: ReactNode
  action?: ReactNode
}) {
  return (
    <Panel icon="search" title={title} action={action ?? <LinkButton href="/">To the overview</LinkButton>}>
      {children ?? <p>The address leads to nothing. It may have been removed, or the address may be mistyped.</p>}
    </Panel>
  )
}
