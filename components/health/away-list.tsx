import { StateBadge } from '@/components/agents/state-badge'
import { VersionText } from '@/components/agents/version-text'
import { Moment } from '@/components/feedback/moment'
import { Card } from '@/components/ui/card'
import { Icon } from '@/components/ui/icon'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatNumber } from '@/lib/format'
import type { Picture } from '@/lib/mig/health/picture'

/** The endpoints that fell silent last: which, since when, and what they run. */
export function AwayList({ picture, now }: { picture: Picture; now: string }) {
  const { away, rows, figures, silence } = picture
  const all = figures.byState.late + figures.byState.unreachable
  return (
    <Card className="flex min-w-0 flex-col gap-2">
      <div>
        <h3 className="font-semibold text-base">Which fell silent last?</h3>
        <p className="text-muted text-sm">
          {silence.silent
            ? 'MIG is silent: these are the ones that were written down last.'
            : all === 0
              ? 'None: no endpoint is late or unreachable.'
              : 'Late and unreachable endpoints, the newest loss first.'}
        </p>
      </div>
      {away.length === 0 ? (
        <p className="flex items-center gap-1.5 text-muted text-sm">
          <Icon name="circle-check" className="size-4 text-good" />
          Every present endpoint answers.
        </p>
      ) : (
        <ul className="divide-y divide-line">
          {away.map((row) => (
            <li key={row.id} className="flex flex-wrap items-baseline justify-between gap-x-3 py-1.5 text-sm">
              <TextLink href={`/agents/${row.id}`} className="min-w-0 max-w-full truncate">
                <bdi>{visibleText(row.name)}</bdi>
              </TextLink>
              <span className="ml-auto text-muted">
                <Moment at={row.seen} now={now} none="no moment" />
              </span>
              <span className="flex min-w-0 basis-full items-baseline justify-between gap-3 text-xs">
                <StateBadge state={row.state} bare />
                <span className="min-w-0 truncate text-faint">
                  {visibleText(row.os)} <VersionText>{row.version}</VersionText>
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
      {all > away.length && (
        <TextLink href={`${rows}state=unreachable,late&sort=-seen`} className="mt-auto text-sm">
          All {formatNumber(all)} of them
        </TextLink>
      )}
    </Card>
  )
}
