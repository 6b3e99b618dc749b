import { type Column, DataTable } from '@/components/data-table/data-table'
import { Moment } from '@/components/feedback/moment'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { StatusBadge } from '@/components/ui/badge'
import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount, formatNumber } from '@/lib/format'
import type { ListParams } from '@/lib/list-params'
import { DOUBLE_HINTS } from '@/lib/mig/agents/doubles'
import type { DoubleProcessRow, DoubleRow } from '@/lib/mig/agents/queries'
import { doubleList } from '@/lib/mig/agents/search-params'
import { agentStatus } from '@/lib/mig/wire/status'
import type { Page } from '@/lib/page'
import { VersionText } from './version-text'

const SHOWN = 4

function Processes({ row, now }: { row: DoubleRow; now: string }) {
  const shown = row.processes.slice(0, SHOWN)
  const rest = row.count - shown.length
  return (
    <ul className="flex flex-col gap-0.5 py-1.5">
      {shown.map((process) => (
        <li key={process.id} className="flex items-baseline gap-3 whitespace-nowrap">
          <TextLink href={`/agents/${process.id}`} className="inline-flex min-h-6 w-20 items-center tabular-nums">
            pid {process.pid}
          </TextLink>
          <span className="w-64 truncate">
            <VersionText>{process.version}</VersionText>
          </span>
          <span className="w-36 text-muted">
            started <Moment at={process.starttime} now={now} none="no moment" />
          </span>
          <span className="w-36">
            heard <Moment at={process.heartbeattime} now={now} none="no moment" />
          </span>
          <Ended process={process} />
        </li>
      ))}
      {rest > 0 && (
        <li>
          <TextLink href={`/agents?rows=processes&queueloc=${encodeURIComponent(row.queueloc)}`}>
            and {formatCount(rest, 'more process', 'more processes')}
          </TextLink>
        </li>
      )}
    </ul>
  )
}

function Ended({ process }: { process: DoubleProcessRow }) {
  const status = agentStatus(process.status)
  return status.value === 'heartbeating' || status.value === 'online' ? null : <StatusBadge {...status} bare />
}

function doubleColumns(now: string): Column<DoubleRow>[] {
  return [
    {
      id: 'queueloc',
      header: 'Endpoint',
      sort: 'queueloc',
      className: 'align-top py-1.5',
      cell: (row) => {
        const names = [...new Set(row.processes.map((process) => process.name))]
        return (
          <>
            <bdi className="block truncate">{visibleText(names.join(', ') || row.queueloc)}</bdi>
            <span className="block truncate text-faint text-xs" title={row.queueloc}>
              <Mono className="break-normal">{row.queueloc}</Mono>
            </span>
          </>
        )
      },
    },
    {
      id: 'count',
      header: 'Count',
      sort: 'count',
      align: 'right',
      className: 'align-top py-1.5 font-semibold',
      cell: (row) => formatNumber(row.count),
    },
    {
      id: 'hint',
      header: 'Looks like',
      className: 'align-top py-1.5',
      cell: (row) => (
        <span className="flex flex-col items-start gap-1">
          {row.hints.map((hint) => {
            const { label, tone, meaning } = DOUBLE_HINTS[hint]
            return <StatusBadge key={hint} label={label} tone={tone} title={meaning} bare />
          })}
        </span>
      ),
    },
    {
      id: 'processes',
      header: 'Processes heard in the window',
      className: 'max-w-none! align-top',
      cell: (row) => <Processes row={row} now={now} />,
    },
  ]
}

/** The table of /agents/doubles: a queue a row, with the processes that share it. */
export function DoubleTable({
  params,
  page,
  now,
}: {
  params: ListParams<(typeof doubleList)['filters']>
  page: Page<DoubleRow>
  now: string
}) {
  return (
    <DataTable
      list={doubleList}
      params={params}
      page={page}
      columns={doubleColumns(now)}
      rowKey={(row) => row.queueloc}
      rowHref={(row) => `/agents/${row.processes[0]?.id ?? ''}`}
      caption="Endpoints with more than one agent"
      empty={
        params.filters.queueloc ? (
          <NothingMatches what="doubles" clearHref={doubleList.path} framed={false} />
        ) : (
          <EmptyState title="No endpoint runs two agents" icon="circle-check" framed={false}>
            In the window no queue had heartbeats of more than one process.
          </EmptyState>
        )
      }
    />
  )
}
