import { type Column, DataTable } from '@/components/data-table/data-table'
import { Moment } from '@/components/feedback/moment'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { Mono } from '@/components/ui/mono'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import { formatNumber } from '@/lib/format'
import type { ListParams } from '@/lib/list-params'
import type { ActionRow, Summary } from '@/lib/mig/actions/queries'
import { actionList } from '@/lib/mig/actions/search-params'
import { idCreatedAt } from '@/lib/mig/wire/id'
import type { Page } from '@/lib/page'
import {
  ActionStatusCell,
  DurationCell,
  FoundCell,
  ModulesCell,
  SignersCell,
  TargetCell,
  ThreatCell,
  ValidWindow,
} from './action-cells'
import { ActionProgress } from './action-progress'

function actionColumns(now: string): Column<ActionRow>[] {
  const counted = (id: string, header: string, of: (summary: Summary) => number): Column<ActionRow> => ({
    id,
    header,
    align: 'right',
    hidden: true,
    cell: ({ summary }) => (summary ? formatNumber(of(summary)) : <span className="text-faint">not counted yet</span>),
  })
  return [
    {
      id: 'name',
      header: 'Action',
      sort: 'name',
      cell: (row) => <bdi title={visibleText(row.name)}>{visibleText(row.name) || row.id}</bdi>,
    },
    { id: 'status', header: 'Status', sort: 'status', cell: (row) => <ActionStatusCell action={row} /> },
    { id: 'progress', header: 'Progress', sort: 'commands', cell: (row) => <ActionProgress action={row} /> },
    {
      id: 'found',
      header: 'Found',
      sort: 'found',
      align: 'right',
      cell: (row) => <FoundCell action={row} now={now} />,
    },
    {
      id: 'start',
      header: 'Started',
      sort: 'start',
      cell: (row) => <Moment at={row.starttime} now={now} none="not started" />,
    },
    { id: 'duration', header: 'Took', align: 'right', cell: (row) => <DurationCell action={row} now={now} /> },
    { id: 'signers', header: 'Signed by', cell: (row) => <SignersCell signers={row.signers} /> },
    { id: 'threat', header: 'Threat', cell: (row) => <ThreatCell action={row} /> },
    { id: 'valid', header: 'Valid', cell: (row) => <ValidWindow action={row} now={now} /> },
    { id: 'target', header: 'Target', cell: (row) => <TargetCell action={row} /> },
    { id: 'modules', header: 'Modules', hidden: true, cell: (row) => <ModulesCell modules={row.modules} /> },
    {
      id: 'author',
      header: 'Author',
      hidden: true,
      cell: (row) =>
        row.description.author ? (
          <bdi>{visibleText(row.description.author)}</bdi>
        ) : (
          <Unknown why="The description names none" />
        ),
    },
    counted('refused', 'Refused', (summary) => summary.refused),
    counted('errors', 'With errors', (summary) => summary.withErrors),
    {
      id: 'change',
      header: 'Last answer',
      hidden: true,
      cell: (row) => <Moment at={row.summary?.lastChange ?? null} now={now} none="none known" />,
    },
    { id: 'created', header: 'Made', hidden: true, cell: (row) => <Created id={row.id} now={now} /> },
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

function Created({ id, now }: { id: ActionRow['id']; now: string }) {
  const at = idCreatedAt(id)
  if (!at) return <Unknown why="The id does not tell" />
  return <Moment at={at.toISOString()} now={now} />
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
          <NothingMatches what="actions" clearHref={actionList.all} framed={false} />
        ) : (
          <EmptyState title="No action has been run yet" icon="action" framed={false}>
            Actions appear here as soon as an investigator sends one through MIG.
          </EmptyState>
        )
      }
    />
  )
}
