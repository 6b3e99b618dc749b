import { type Column, DataTable } from '@/components/data-table/data-table'
import { ChoiceField, FilterBar } from '@/components/data-table/filter-bar'
import { Moment } from '@/components/feedback/moment'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { StatusBadge } from '@/components/ui/badge'
import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import { SPOOL_KINDS } from '@/lib/mig/spool/answer'
import { spoolFileHref } from '@/lib/mig/spool/file-name'
import type { ReconcileRow } from '@/lib/mig/spool/reconcile'
import {
  ANOMALY_WORDS,
  RECONCILE_ANOMALIES,
  RECONCILE_CLASSES,
  RECONCILE_MEANINGS,
} from '@/lib/mig/spool/reconcile-rules'
import { type ReconcileParams, reconcileList } from '@/lib/mig/spool/search-params'
import { actionStatus, commandStatus } from '@/lib/mig/wire/status'
import type { Page } from '@/lib/page'

const columns = (now: string): Column<ReconcileRow>[] => [
  {
    id: 'file',
    header: 'File',
    cell: (row) => (row.file === null ? <span className="text-muted">none</span> : <Mono>{row.file}</Mono>),
  },
  {
    id: 'class',
    header: 'Class',
    cell: (row) => {
      const { label, tone, meaning } = RECONCILE_MEANINGS[row.class]
      return <StatusBadge tone={tone} label={label} title={meaning} bare />
    },
  },
  {
    id: 'directory',
    header: 'Place',
    cell: (row) => (row.file === null ? `expected in ${row.directory.join('/')}` : row.directory.join('/')),
  },
  {
    id: 'modified',
    header: 'Written',
    cell: (row) =>
      row.file === null ? <Unknown why="There is no file" /> : <Moment at={row.modified} now={now} none="unknown" />,
  },
  {
    id: 'status',
    header: 'Status of the row',
    cell: (row) =>
      row.status === null ? (
        <Unknown why="There is no row, or the row has no status" />
      ) : (
        <StatusBadge {...(row.commandId ? commandStatus(row.status) : actionStatus(row.status))} bare />
      ),
  },
  {
    id: 'action',
    header: 'Action',
    cell: (row) =>
      row.action ? (
        <TextLink href={`/actions/${row.action.id}`}>{visibleText(row.action.name) || row.action.id}</TextLink>
      ) : row.actionId ? (
        <span className="text-muted">{`action ${row.actionId} (no row)`}</span>
      ) : (
        <Unknown why="Neither the name nor the file tells an id" />
      ),
  },
  {
    id: 'command',
    header: 'Command',
    cell: (row) =>
      row.commandId && row.status !== null ? (
        <TextLink href={`/commands/${row.commandId}`}>{row.commandId}</TextLink>
      ) : row.commandId ? (
        <span className="text-muted">{`command ${row.commandId} (no row)`}</span>
      ) : (
        <Unknown
          why={row.directory[0] === 'action' ? 'It is an action’s' : 'Neither the name nor the file tells an id'}
        />
      ),
  },
]

/** Which classes and kinds are listed. */
export function ReconcileFilters({ params }: { params: ReconcileParams }) {
  return (
    <FilterBar list={reconcileList} params={params} names={['class', 'kind', 'anomaly']}>
      <ChoiceField
        name="class"
        label="Class"
        any="what to look at"
        value={params.given.class?.join(',')}
        options={RECONCILE_CLASSES.map((value) => ({ value, label: RECONCILE_MEANINGS[value].label }))}
      />
      <ChoiceField
        name="kind"
        label="Kind"
        value={params.given.kind?.join(',')}
        options={SPOOL_KINDS.map((value) => ({ value, label: value }))}
      />
      <ChoiceField
        name="anomaly"
        label="Anomaly"
        value={params.given.anomaly?.join(',')}
        options={RECONCILE_ANOMALIES.map((value) => ({ value, label: `${value}: ${ANOMALY_WORDS[value]}` }))}
      />
    </FilterBar>
  )
}

/** Files and rows of the comparison, each leading to its file, or to its row where there is none. */
export function ReconcileTable({
  params,
  page,
  now,
}: {
  params: ReconcileParams
  page: Page<ReconcileRow>
  now: string
}) {
  return (
    <DataTable
      list={reconcileList}
      params={params}
      page={page}
      columns={columns(now)}
      rowKey={(row) => `${row.directory.join('/')} ${row.name ?? ''} ${row.commandId ?? row.actionId ?? ''}`}
      rowHref={(row) =>
        row.name
          ? spoolFileHref(row.directory, row.name)
          : row.commandId
            ? `/commands/${row.commandId}`
            : `/actions/${row.actionId}`
      }
      caption="Files and rows of the comparison"
      empty={
        Object.keys(params.given).length ? (
          <NothingMatches what="files or rows" clearHref={reconcileList.all} framed={false} />
        ) : (
          <EmptyState title="Spool and database agree" icon="circle-check" framed={false}>
            Files and rows appear here when they do not fit to each other.
          </EmptyState>
        )
      }
    />
  )
}
