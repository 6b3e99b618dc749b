import { Mono } from '@/components/ui/mono'
import { PlainTable } from '@/components/ui/plain-table'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatNumber } from '@/lib/format'
import type { BulkCell } from '@/lib/mig/acl/bulk'

const words = (value: number | null) => (value === null ? 'no rule' : formatNumber(value))

/** The first cells of a bulk change, old → new; those that a carry-over leaves say so. */
export function BulkCells({ cells, caption }: { cells: readonly BulkCell[]; caption: string }) {
  return (
    <PlainTable
      caption={caption}
      headers={['Endpoint', 'Newest row', 'Module', 'Whose', 'Now', 'Then']}
      rows="[&_td]:py-1 [&_td]:whitespace-nowrap"
    >
      {cells.map((cell) => (
        <tr key={`${cell.agentid}.${cell.moduleid}.${cell.investigatorid}`}>
          <td className="max-w-80 truncate" title={visibleText(cell.queueloc)}>
            <TextLink href={`/agents/${cell.agentid}`}>
              <bdi>{visibleText(cell.name)}</bdi>
            </TextLink>
          </td>
          <td>
            <Mono>{cell.agentid}</Mono>
          </td>
          <td>
            <bdi>{visibleText(cell.module ?? cell.moduleid)}</bdi>
          </td>
          <td>
            {cell.investigatorid === null ? (
              <span className="text-muted">minimum weight</span>
            ) : (
              <>
                weight of <bdi>{visibleText(cell.investigator ?? cell.investigatorid)}</bdi>
              </>
            )}
          </td>
          <td className="tabular-nums">{words(cell.seen)}</td>
          <td className="tabular-nums">
            {cell.may ? (
              <b className="font-medium">{words(cell.value)}</b>
            ) : (
              <span className="text-attention">stays: the older row says {words(cell.value)}</span>
            )}
          </td>
        </tr>
      ))}
    </PlainTable>
  )
}
