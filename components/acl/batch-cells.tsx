import { type Column, DataTable } from '@/components/data-table/data-table'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { StatusBadge } from '@/components/ui/badge'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatNumber } from '@/lib/format'
import type { ListParams } from '@/lib/list-params'
import { batchCellList } from '@/lib/mig/acl/batch-lists'
import type { BatchCell } from '@/lib/mig/acl/batches'
import type { Page } from '@/lib/page'
import { NoRule } from './cell'

const Value = ({ value }: { value: number | null }) => (value === null ? <NoRule /> : formatNumber(value))

const COLUMNS: Column<BatchCell>[] = [
  {
    id: 'endpoint',
    header: 'Endpoint',
    cell: ({ agent }) => (
      <TextLink href={`/agents/${agent.id}`}>
        <bdi>{visibleText(agent.name ?? `agent ${agent.id}`)}</bdi>
      </TextLink>
    ),
  },
  {
    id: 'module',
    header: 'Module',
    cell: ({ module }) => <bdi>{visibleText(module.name ?? `module ${module.id}`)}</bdi>,
  },
  {
    id: 'what',
    header: 'What',
    cell: ({ investigator }) =>
      investigator === null ? (
        'minimum weight'
      ) : (
        <>
          weight of{' '}
          <TextLink href={`/investigators/${investigator.id}`}>
            <bdi>{visibleText(investigator.name ?? `investigator ${investigator.id}`)}</bdi>
          </TextLink>
        </>
      ),
  },
  { id: 'before', header: 'Before', align: 'right', cell: (row) => <Value value={row.before} /> },
  { id: 'after', header: 'After', align: 'right', cell: (row) => <Value value={row.after} /> },
  { id: 'now', header: 'Now', align: 'right', cell: (row) => <Value value={row.now} /> },
  {
    id: 'since',
    header: 'Since',
    className: 'w-full',
    cell: (row) => (
      <span className="inline-flex gap-2">
        {row.now !== row.after && <StatusBadge tone="attention" icon="history" label="changed since" bare />}
        {row.newest !== null && (
          <span className="text-attention" title={`Only rules on the newest row ${row.newest} hold.`}>
            left behind: <TextLink href={`/agents/${row.newest}`}>newer row</TextLink>
          </span>
        )}
      </span>
    ),
  },
]

/** The cells of one batch: before, after, and what they hold now. */
export function BatchCells({
  params,
  page,
  path,
}: {
  params: ListParams<(typeof batchCellList)['filters']>
  page: Page<BatchCell>
  path: string
}) {
  return (
    <DataTable
      list={batchCellList}
      params={params}
      page={page}
      columns={COLUMNS}
      rowKey={(row) => String(row.n)}
      caption="Cells of the batch"
      path={path}
      empty={
        Object.keys(params.given).length > 0 ? (
          <NothingMatches what="cells" clearHref={path} framed={false} />
        ) : (
          <EmptyState title="No cell of this batch is kept" framed={false} icon="history" />
        )
      }
    />
  )
}
