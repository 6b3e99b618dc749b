import { type Column, DataTable } from '@/components/data-table/data-table'
import { FilterBar, TextField } from '@/components/data-table/filter-bar'
import { Moment } from '@/components/feedback/moment'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { StatusBadge } from '@/components/ui/badge'
import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import { formatBytes } from '@/lib/format'
import { ENTRY_KIND_LABELS } from '@/lib/mig/spool/answer'
import { spoolFileHref } from '@/lib/mig/spool/file-name'
import type { SpoolFilePage, SpoolFileRow } from '@/lib/mig/spool/queries'
import { type SpoolFileParams, spoolFileList } from '@/lib/mig/spool/search-params'
import type { SpoolDirectory } from '@/lib/mig/wire/spool-name'
import { actionStatus, commandStatus } from '@/lib/mig/wire/status'

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
    { id: 'file', header: 'File', cell: (row) => <Mono>{row.file}</Mono> },
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
      cell: (row) =>
        row.moment ? <Moment at={row.moment} now={now} second="short" /> : <Unknown why="The name carries no moment" />,
    },
    {
      id: 'modified',
      header: 'Written',
      cell: (row) =>
        row.modified ? <Moment at={row.modified} now={now} /> : <Unknown why="The file could not be looked at" />,
    },
    {
      id: 'bytes',
      header: 'Size',
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

/** The filters of a state's list. */
export function SpoolFileFilters({ directory, params }: { directory: SpoolDirectory; params: SpoolFileParams }) {
  return (
    <FilterBar list={spoolFileList(directory)} params={params} names={['name']}>
      <TextField name="name" label="Part of the name" value={params.given.name?.[0]} width="w-64" />
    </FilterBar>
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
        Object.keys(params.given).length ? (
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
