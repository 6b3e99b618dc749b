import { PlainTable } from '@/components/ui/plain-table'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatNumber } from '@/lib/format'
import { MOST_CONFLICTS } from '@/lib/mig/acl/change'
import type { NamedConflict } from '@/lib/mig/acl/conflicts'

const words = (value: number | null) => (value === null ? 'no rule' : formatNumber(value))

/** The cells in the way of a batch: what was seen, what they hold now, and what was wanted; `total` as the server counts. */
export function ConflictTable({ conflicts, total }: { conflicts: readonly NamedConflict[]; total: number }) {
  const hasPeople = conflicts.some(({ investigator }) => investigator !== null)
  return (
    <>
      <PlainTable
        caption="Conflicts"
        headers={['Endpoint', 'Module', ...(hasPeople ? ['Investigator'] : []), 'You saw', 'Is now', 'Wanted']}
        rows="[&_td]:py-1 [&_td]:whitespace-nowrap"
      >
        {conflicts.map(({ agent, module, investigator, seen, now, value, newest }) => (
          <tr key={`${agent.id}.${module.id}.${investigator?.id}`}>
            <td>
              <TextLink href={`/agents/${agent.id}`}>
                <bdi>{visibleText(agent.name ?? `agent ${agent.id}`)}</bdi>
              </TextLink>
              {newest !== null && (
                <span className="ml-2 text-attention text-xs">
                  has a <TextLink href={`/agents/${newest}`}>newer row</TextLink>
                </span>
              )}
            </td>
            <td>
              <bdi>{visibleText(module.name ?? `module ${module.id}`)}</bdi>
            </td>
            {hasPeople && (
              <td>
                {investigator && <bdi>{visibleText(investigator.name ?? `investigator ${investigator.id}`)}</bdi>}
              </td>
            )}
            <td className="tabular-nums">{words(seen)}</td>
            <td className="font-medium text-attention tabular-nums">{words(now)}</td>
            <td className="tabular-nums">{words(value)}</td>
          </tr>
        ))}
      </PlainTable>
      {total > conflicts.length && (
        <p className="text-muted text-xs">
          The first {conflicts.length} of {total >= MOST_CONFLICTS && 'at least '}
          {formatNumber(total)}.
        </p>
      )}
    </>
  )
}
