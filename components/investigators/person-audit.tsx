import { Moment } from '@/components/feedback/moment'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { kindInWords } from '@/lib/audit/kinds'
import type { AuditRow } from '@/lib/audit/queries'

/** The last changes of one row, each with a link to its audit row. */
export function PersonAudit({ rows, clock }: { rows: readonly AuditRow[]; clock: string }) {
  if (rows.length === 0) return <p className="text-muted text-sm">Nothing was changed about this person here.</p>
  return (
    <ul className="divide-y divide-line overflow-hidden rounded-md border border-line bg-surface text-sm">
      {rows.map((row) => (
        <li key={row.id} className="flex flex-wrap items-baseline gap-x-3 px-3 py-1.5">
          <TextLink href={`/audit?row=${row.id}`}>{kindInWords(row.kind)}</TextLink>
          <span className="text-muted">
            by <bdi>{visibleText(row.who.name)}</bdi>
          </span>
          <span className="ml-auto text-muted">
            <Moment at={row.at} now={clock} />
          </span>
        </li>
      ))}
    </ul>
  )
}
