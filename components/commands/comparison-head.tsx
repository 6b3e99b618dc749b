import { Moment } from '@/components/feedback/moment'
import { StatusBadge } from '@/components/ui/badge'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import type { ComparedAction } from '@/lib/mig/commands/compare'
import { actionStatus } from '@/lib/mig/wire/status'

function One({ action, label, now, other }: { action: ComparedAction; label: string; now: string; other: string }) {
  return (
    <li className="flex min-w-0 flex-col gap-0.5 rounded-md border border-line bg-surface px-3 py-2">
      <span className="flex items-baseline justify-between gap-2 text-faint text-xs">
        {label}
        <TextLink href={other}>another one</TextLink>
      </span>
      <TextLink href={`/actions/${action.id}`} className="truncate">
        <bdi>{visibleText(action.name)}</bdi>
      </TextLink>
      <span className="flex flex-wrap items-center gap-3 text-muted text-sm">
        <StatusBadge {...actionStatus(action.status)} bare />
        <Moment at={action.starttime ?? action.validfrom} now={now} />
      </span>
    </li>
  )
}

/** The two actions that are compared, first and second, and the way to turn them. */
export function ComparisonHead({ a, b, now }: { a: ComparedAction; b: ComparedAction; now: string }) {
  return (
    <div className="flex flex-col items-start gap-2">
      <ul className="grid w-full gap-2 md:grid-cols-2" aria-label="The two actions">
        <One action={a} label="First" now={now} other={`/actions/compare?a=${b.id}`} />
        <One action={b} label="Second" now={now} other={`/actions/compare?a=${a.id}`} />
      </ul>
      <TextLink href={`/actions/compare?a=${b.id}&b=${a.id}`} className="text-sm">
        Turn round: the second first
      </TextLink>
    </div>
  )
}
