import { type Column, DataTable } from '@/components/data-table/data-table'
import { Moment } from '@/components/feedback/moment'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { StatusBadge } from '@/components/ui/badge'
import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import { formatDuration, instantMillis } from '@/lib/format'
import type { ListParams } from '@/lib/list-params'
import type { ActionRow } from '@/lib/mig/actions/queries'
import { actionList } from '@/lib/mig/actions/search-params'
import { actionStatus } from '@/lib/mig/wire/status'
import type { Page } from '@/lib/page'
import { ActionProgress } from './action-progress'

function actionColumns(now: string): Column<ActionRow>[] {
  return [
    { id: 'name', header: 'Action', sort: 'name', cell: (row) => <bdi>{visibleText(row.name)}</bdi> },
    {
      id: 'status',
      header: 'Status',
      sort: 'status',
      cell: (row) => <StatusBadge {...actionStatus(row.status)} bare />,
    },
    { id: 'progress', header: 'Progress', cell: (row) => <ActionProgress counters={row.counters} /> },
    {
      id: 'start',
      header: 'Started',
      sort: 'start',
      cell: (row) => <Moment at={row.starttime} now={now} none="not started" />,
    },
    {
      id: 'duration',
      header: 'Took',
      align: 'right',
      cell: (row) => {
        const from = row.starttime && instantMillis(row.starttime)
        const to = row.finishtime && instantMillis(row.finishtime)
        return from && to ? formatDuration(to - from) : <Unknown why="The action has not finished" />
      },
    },
    {
      id: 'signers',
      header: 'Signed by',
      cell: (row) =>
        row.signers.length ? (
          row.signers.map((signer, i) => (
            <span key={signer.id}>
              {i > 0 && ', '}
              <TextLink href={`/investigators/${signer.id}`}>{visibleText(signer.name)}</TextLink>
            </span>
          ))
        ) : (
          <Unknown why="No row in the signatures table" />
        ),
    },
    {
      id: 'threat',
      header: 'Threat',
      cell: (row) =>
        [row.threat.level, row.threat.family].filter(Boolean).join(' · ') || <Unknown why="The action names none" />,
    },
    {
      id: 'target',
      header: 'Target',
      cell: (row) => (
        <span className="block max-w-80 truncate" title={row.target}>
          <Mono className="break-normal">{row.target}</Mono>
        </span>
      ),
    },
    {
      id: 'expiry',
      header: 'Expires',
      sort: 'expiry',
      hidden: true,
      cell: (row) => <Moment at={row.expireafter} now={now} none="never" />,
    },
    { id: 'id', header: 'Id', hidden: true, cell: (row) => <Mono>{row.id}</Mono> },
  ]
}

/** The table of /actions. */
export function ActionTable({
  params,
  page,
  now,
}: {
  params: ListParams<(typeof actionList)['filters']>
  page: Page<ActionRow>
  now: string
}) {
  return (
    <DataTable
      list={actionList}
      params={params}
      page={page}
      columns={actionColumns(now)}
      rowKey={(row) => row.id}
      rowHref={(row) => `/actions/${row.id}`}
      caption="Actions"
      empty={
        Object.keys(params.given).length ? (
          <NothingMatches what="actions" clearHref={actionList.path} framed={false} />
        ) : (
          <EmptyState title="No action has been run yet" icon="action" framed={false}>
            Actions appear here as soon as an investigator sends one through MIG.
          </EmptyState>
        )
      }
    />
  )
}
