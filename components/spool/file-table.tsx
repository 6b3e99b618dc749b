import { type Column, DataTable } from '@/components/data-table/data-table'
import { ChoiceField, FilterBar, MoreFilters, TextField } from '@/components/data-table/filter-bar'
import { ExactMoment, Moment } from '@/components/feedback/moment'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { StatusBadge } from '@/components/ui/badge'
import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import { formatBytes, formatCount, formatNumber } from '@/lib/format'
import { ENTRY_KIND_LABELS } from '@/lib/mig/spool/answer'
import { spoolFileHref } from '@/lib/mig/spool/file-name'
import type { SpoolFilePage, SpoolFileRow } from '@/lib/mig/spool/files'
import { CONTENT_FILTERS, type SpoolFileParams, spoolFileList } from '@/lib/mig/spool/search-params'
import type { SpoolDirectory } from '@/lib/mig/wire/spool-name'
import { ACTION_FILE_STATUSES, actionStatus, COMMAND_STATUSES, commandStatus } from '@/lib/mig/wire/status'

const TYPES: Record<SpoolFileRow['type'], string> = {
  action: 'action',
  'id-or-nanoseconds': 'action',
  command: 'command',
  answer: 'answer',
  dropped: 'dropped by hand',
  stranger: 'stranger',
}

function fileColumns(directory: SpoolDirectory, now: string): Column<SpoolFileRow>[] {
  const columns: Column<SpoolFileRow>[] = [
    { id: 'file', header: 'File', sort: 'file', cell: (row) => <Mono>{row.file}</Mono> },
    {
      id: 'type',
      header: 'Kind',
      cell: (row) =>
        row.entry !== 'file' ? (
          <StatusBadge tone="odd" label={ENTRY_KIND_LABELS[row.entry]} bare />
        ) : row.type === 'stranger' ? (
          <StatusBadge tone="odd" label="stranger" title="MIG gives no such name here" bare />
        ) : row.type === 'id-or-nanoseconds' && row.actionId === null ? (
          <StatusBadge tone="odd" label="failure" title="The name is the moment of a failure, not an id" bare />
        ) : (
          TYPES[row.type]
        ),
    },
    {
      id: 'moment',
      header: 'Made',
      sort: 'moment',
      cell: (row) =>
        row.moment ? <Moment at={row.moment} now={now} dated /> : <Unknown why="The name carries no moment" />,
    },
    {
      id: 'modified',
      header: 'Written',
      sort: 'modified',
      cell: (row) =>
        row.modified ? <Moment at={row.modified} now={now} /> : <Unknown why="The file could not be looked at" />,
    },
    {
      id: 'bytes',
      header: 'Size',
      sort: 'bytes',
      align: 'right',
      cell: (row) => (row.bytes === null ? <Unknown why="The file could not be looked at" /> : formatBytes(row.bytes)),
    },
    {
      id: 'action',
      header: 'Action',
      cell: (row) =>
        row.action ? (
          <TextLink href={`/actions/${row.action.id}`}>{visibleText(row.action.name)}</TextLink>
        ) : row.actionId ? (
          <span className="text-muted">{`action ${row.actionId} (no row)`}</span>
        ) : (
          <Unknown why="The name carries no id; the file may" />
        ),
    },
  ]
  if (directory[0] === 'action')
    columns.push({
      id: 'status',
      header: 'Status of the row',
      cell: (row) =>
        row.action ? <StatusBadge {...actionStatus(row.action.status)} bare /> : <Unknown why="There is no row" />,
    })
  else
    columns.push(
      {
        id: 'agent',
        header: 'Agent',
        cell: (row) =>
          row.command ? (
            <TextLink href={`/agents/${row.command.agentId}`}>
              {row.command.agent === null ? `agent ${row.command.agentId} (no row)` : visibleText(row.command.agent)}
            </TextLink>
          ) : (
            <Unknown why="There is no row" />
          ),
      },
      {
        id: 'status',
        header: 'Status of the row',
        cell: (row) =>
          row.command ? (
            <TextLink href={`/commands/${row.command.id}`}>
              <StatusBadge {...commandStatus(row.command.status)} bare />
            </TextLink>
          ) : row.commandId ? (
            <span className="text-muted">{`command ${row.commandId} (no row)`}</span>
          ) : (
            <Unknown why="The name carries no id; the file may" />
          ),
      },
    )
  return columns
}

const NAMES = ['name', 'id', 'older', 'newer', 'written', 'larger', 'smaller', ...CONTENT_FILTERS]

/** The filters of a state's list: by the name, by what the background scan knows, and by what is inside. */
export function SpoolFileFilters({ directory, params }: { directory: SpoolDirectory; params: SpoolFileParams }) {
  const field = (name: string, label: string, width = 'w-32') => (
    <TextField name={name} label={label} value={params.given[name]?.[0]} width={width} />
  )
  const statuses = directory[0] === 'action' ? ACTION_FILE_STATUSES : COMMAND_STATUSES
  const further = ['newer', 'written', 'larger', 'smaller', ...CONTENT_FILTERS]
  return (
    <FilterBar list={spoolFileList(directory)} params={params} names={NAMES}>
      {field('name', 'Part of the name', 'w-44')}
      {field('id', 'Id in the name', 'w-44')}
      {field('older', 'Made longer ago than')}
      <MoreFilters label="By size, writing and content" open={further.some((name) => params.given[name] !== undefined)}>
        {field('newer', 'Made within')}
        {field('written', 'Written longer ago than')}
        {field('larger', 'At least (bytes, k, MB)')}
        {field('smaller', 'At most')}
        {field('action', 'Action inside', 'w-40')}
        {directory[0] === 'command' && field('agent', 'Agent inside', 'w-40')}
        <ChoiceField
          name="status"
          label="Status inside"
          value={params.given.status?.[0]}
          options={statuses.map((value) => ({ value, label: value }))}
        />
        <ChoiceField
          name="broken"
          label="Use"
          value={params.given.broken?.[0]}
          options={[{ value: '1', label: 'MIG cannot use it' }]}
        />
      </MoreFilters>
    </FilterBar>
  )
}

/** What is listed, in which order, and how far the list can be trusted. */
export function SpoolListNote({
  directory,
  params,
  page,
}: {
  directory: SpoolDirectory
  params: SpoolFileParams
  page: SpoolFilePage
}) {
  const list = spoolFileList(directory)
  const { rows, entries, matching, preceding, looked, scannedAt, isCut } = page
  const orders: Record<string, string> = {
    file: 'by name',
    moment: 'by the moment that the name carries',
    modified: 'by when they were written',
    bytes: 'by size',
  }
  return (
    <p className="max-w-text text-muted">
      {isCut && 'The first '}
      {formatCount(entries, 'entry', 'entries')}
      {isCut && ' that the background scan met: it keeps no more, by name all are listed'}
      {matching < entries && `, ${formatNumber(matching)} with what is asked of name, age and size`},{' '}
      {orders[params.sort.key]}
      {params.sort.descending && ', backwards'}.
      {!looked &&
        rows.length > 0 &&
        rows.length < matching &&
        ` Shown are ${formatNumber(preceding + 1)} to ${formatNumber(preceding + rows.length)}.`}
      {looked && (
        <>
          {' '}
          Of these {formatCount(looked.files, 'file')} {looked.files === 1 ? 'was' : 'were'} looked into, from number{' '}
          {formatNumber(looked.from + 1)} on, and {formatNumber(rows.length)} {rows.length === 1 ? 'fits' : 'fit'}: a
          page looks into 2,000 files or for a second.{' '}
          {looked.unread > 0 &&
            `What ${formatCount(looked.unread, 'file')} of them ${looked.unread === 1 ? 'holds' : 'hold'} is not known: bigger than 1 MiB, or not to be read. `}
          {page.next && <TextLink href={list.href(params, { after: page.next })}>Look further</TextLink>}{' '}
          {(params.after || params.before) && <TextLink href={list.href(params)}>Back to the beginning</TextLink>}
        </>
      )}
      {scannedAt && (
        <>
          {' '}
          Sizes and times are those that the background scan saw, until <ExactMoment at={scannedAt} />; the rows show
          them as they are now.
        </>
      )}
    </p>
  )
}

/** The files of one state. */
export function SpoolFileTable({
  directory,
  params,
  page,
}: {
  directory: SpoolDirectory
  params: SpoolFileParams
  page: SpoolFilePage
}) {
  const list = spoolFileList(directory)
  return (
    <DataTable
      list={list}
      params={params}
      page={page}
      columns={fileColumns(directory, page.now)}
      rowKey={(row) => row.name}
      rowHref={(row) => spoolFileHref(directory, row.name)}
      caption={`Files of ${directory.join('/')}`}
      empty={
        page.looked && (page.next || page.looked.unread > 0) ? (
          <EmptyState title="None of the files that were looked into fits" icon="filter" framed={false}>
            Not all files were looked into: the note above says how far.
          </EmptyState>
        ) : Object.keys(params.given).length ? (
          <NothingMatches what="files" clearHref={list.path} framed={false} />
        ) : (
          <EmptyState title="This directory is empty" icon="folder" framed={false}>
            Files appear here as MIG works.
          </EmptyState>
        )
      }
    />
  )
}
