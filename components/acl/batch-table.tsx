import { type Column, DataTable } from '@/components/data-table/data-table'
import { ExactMoment, Moment } from '@/components/feedback/moment'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { TextLink } from '@/components/ui/text-link'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import { formatNumber } from '@/lib/format'
import type { ListParams } from '@/lib/list-params'
import { batchList } from '@/lib/mig/acl/batch-lists'
import { BATCH_WORDS } from '@/lib/mig/acl/batch-words'
import type { BatchRow } from '@/lib/mig/acl/batches'
import type { Page } from '@/lib/page'

export const batchHref = (id: string) => `${batchList.path}/${id}`

function batchColumns(now: string): Column<BatchRow>[] {
  return [
    {
      id: 'at',
      header: 'When',
      sort: 'id',
      cell: (row) => (
        <>
          <ExactMoment at={row.at} />{' '}
          <span className="text-faint text-xs">
            <Moment at={row.at} now={now} />
          </span>
        </>
      ),
    },
    {
      id: 'id',
      header: 'Batch',
      cell: (row) => row.id,
      align: 'right',
    },
    {
      id: 'who',
      header: 'Who',
      cell: ({ who }) =>
        who.id ? (
          <TextLink href={`/investigators/${who.id}`}>
            <bdi>{visibleText(who.name)}</bdi>
          </TextLink>
        ) : (
          <bdi>{visibleText(who.name)}</bdi>
        ),
    },
    { id: 'kind', header: 'Kind', cell: (row) => <BatchKindMark row={row} /> },
    {
      id: 'reason',
      header: 'Reason',
      className: 'w-full',
      cell: ({ reason }) =>
        reason === null ? (
          <Unknown why="None was given: it was one cell" />
        ) : (
          <bdi title={visibleText(reason)}>{visibleText(reason.slice(0, 120))}</bdi>
        ),
    },
    { id: 'cells', header: 'Cells', align: 'right', cell: (row) => formatNumber(row.cells) },
    { id: 'added', header: 'Added', align: 'right', hidden: true, cell: (row) => formatNumber(row.added) },
    { id: 'changed', header: 'Changed', align: 'right', hidden: true, cell: (row) => formatNumber(row.changed) },
    { id: 'removed', header: 'Removed', align: 'right', hidden: true, cell: (row) => formatNumber(row.removed) },
    { id: 'endpoints', header: 'Endpoints', align: 'right', cell: (row) => formatNumber(row.endpoints) },
    {
      id: 'lost',
      header: 'Locked out',
      align: 'right',
      cell: ({ lost }) => <span className={lost > 0 ? 'text-attention' : 'text-faint'}>{formatNumber(lost)}</span>,
    },
  ]
}

/** How the batch came about, with what it reverts or what reverted it. */
export function BatchKindMark({ row }: { row: Pick<BatchRow, 'kind' | 'reverts' | 'revertedBy'> }) {
  return (
    <>
      {BATCH_WORDS[row.kind]}
      {row.reverts !== null && (
        <>
          {' '}
          of <TextLink href={batchHref(row.reverts)}>batch {row.reverts}</TextLink>
        </>
      )}
      {row.revertedBy !== null && (
        <>
          , reverted by <TextLink href={batchHref(row.revertedBy)}>batch {row.revertedBy}</TextLink>
        </>
      )}
    </>
  )
}

/** The table of /acl/batches. */
export function BatchTable({
  params,
  page,
  now,
}: {
  params: ListParams<(typeof batchList)['filters']>
  page: Page<BatchRow>
  now: string
}) {
  return (
    <DataTable
      list={batchList}
      params={params}
      page={page}
      columns={batchColumns(now)}
      rowKey={(row) => row.id}
      rowHref={(row) => batchHref(row.id)}
      caption="Batches of ACL cells"
      empty={
        Object.keys(params.given).length > 0 ? (
          <NothingMatches what="batches" clearHref={batchList.all} framed={false} />
        ) : (
          <EmptyState title="No cell was changed here yet" framed={false} icon="history">
            Each save of minimums or weights becomes a batch.
          </EmptyState>
        )
      }
    />
  )
}
