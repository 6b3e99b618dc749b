import { StateBadge } from '@/components/agents/state-badge'
import { Badge } from '@/components/ui/badge'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import type { StoredCell } from '@/lib/mig/acl/matrix'
import type { EndpointRow } from '@/lib/mig/acl/queries'

/** How many rules of a row's cells stand on older rows, and whether its live rows differ. */
export function marksOf(cells: Record<string, StoredCell>): { leftBehind: number; mixed: boolean } {
  const all = Object.values(cells)
  return {
    leftBehind: all.reduce((sum, cell) => sum + cell.leftBehind.length, 0),
    mixed: all.some((cell) => cell.mixed !== null),
  }
}

/** The head of an endpoint's row: name, system, state, and what is odd about its rules. */
export function EndpointHead({ endpoint, cells }: { endpoint: EndpointRow; cells: Record<string, StoredCell> }) {
  const { leftBehind, mixed } = marksOf(cells)
  return (
    <span className="flex items-center gap-2">
      <span className="min-w-0 flex-1 truncate">
        <TextLink href={`/agents/${endpoint.id}`} title={endpoint.queueloc}>
          <bdi>{visibleText(endpoint.name)}</bdi>
        </TextLink>
        {leftBehind === 0 && !mixed && (
          <span className="ml-2 text-faint text-xs max-md:hidden">{visibleText(endpoint.os)}</span>
        )}
      </span>
      {mixed && (
        <Badge
          className="border-attention-line bg-attention-tint text-attention"
          title="Several live rows with different rules: they count as refusing"
        >
          mixed
        </Badge>
      )}
      {leftBehind > 0 && (
        <Badge className="max-md:hidden" title="Rules on rows of processes that are gone: they count for nothing">
          {leftBehind} left behind
        </Badge>
      )}
      <span className="text-xs max-md:hidden">
        <StateBadge state={endpoint.state} bare />
      </span>
    </span>
  )
}
