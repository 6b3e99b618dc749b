import { StateBadge } from '@/components/agents/state-badge'
import { Badge } from '@/components/ui/badge'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import type { GridRow } from './grid/grid-data'

/** The head of a row of a matrix: an endpoint with system, state and what is odd about its rules, or an investigator. */
export function RowHead({ row, tabIndex }: { row: GridRow; tabIndex?: number }) {
  if (row.locked)
    return (
      <TextLink href={`/acl/requirements?agent=${row.id}`} tabIndex={tabIndex} className="font-medium">
        {row.name}
      </TextLink>
    )
  if (row.kind === 'person')
    return (
      <span className="flex items-center gap-2">
        <TextLink href={`/investigators/${row.id}`} tabIndex={tabIndex} className="min-w-0 truncate">
          <bdi>{visibleText(row.name)}</bdi>
        </TextLink>
        {row.disabled && <Badge title="Disabled: counts 0">disabled</Badge>}
      </span>
    )
  return (
    <span className="flex items-center gap-2">
      <span className="min-w-0 flex-1 truncate">
        <TextLink
          href={`/agents/${row.id}`}
          title={row.queueloc && visibleText(row.queueloc)}
          tabIndex={tabIndex}
          className="inline-block leading-6"
        >
          <bdi>{visibleText(row.name)}</bdi>
        </TextLink>
        {row.behind === 0 && !row.mixed && row.os && (
          <span className="ml-2 text-faint text-xs max-md:hidden">{visibleText(row.os)}</span>
        )}
      </span>
      {row.mixed && (
        <Badge
          className="border-attention-line bg-attention-tint text-attention"
          title="Several live rows with different rules: they count as refusing"
        >
          mixed
        </Badge>
      )}
      {row.behind > 0 && (
        <TextLink
          href={`/acl/bulk?do=carry-over&id=${row.id}`}
          tabIndex={tabIndex}
          className="inline-flex min-h-6 items-center max-md:hidden"
          title="Rules on rows of processes that are gone: they count for nothing. Carry them over to the newest row"
        >
          <Badge>{row.behind} left behind</Badge>
        </TextLink>
      )}
      {row.state && (
        <span className="text-xs max-md:hidden">
          <StateBadge state={row.state} bare />
        </span>
      )}
    </span>
  )
}
