import { type Column, DataTable } from '@/components/data-table/data-table'
import { Moment } from '@/components/feedback/moment'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { StatusBadge } from '@/components/ui/badge'
import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { TONE_MARK } from '@/components/ui/tone'
import { visibleText } from '@/components/ui/visible-text'
import { cn } from '@/lib/cn'
import { formatCount, formatNumber } from '@/lib/format'
import type { ListParams } from '@/lib/list-params'
import type { DoubleProcessRow, DoubleRow } from '@/lib/mig/agents/double-queries'
import { DOUBLE_HINTS } from '@/lib/mig/agents/doubles'
import { doubleList } from '@/lib/mig/agents/search-params'
import { lifeOn, type TimelineScale, timelineScale } from '@/lib/mig/agents/timeline'
import { agentStatus } from '@/lib/mig/wire/status'
import type { Page } from '@/lib/page'
import { VersionText } from './version-text'

const SHOWN = 4

function Processes({ row, now, window }: { row: DoubleRow; now: string; window: number }) {
  const shown = row.processes.slice(0, SHOWN)
  const rest = row.count - shown.length
  const scale = timelineScale(shown, now, window)
  return (
    <ul className="flex flex-col gap-0.5 py-1.5">
      {shown.map((process) => (
        <li key={process.id} className="flex items-baseline gap-2 whitespace-nowrap">
          <TextLink
            href={`/agents/${process.id}`}
            className="inline-flex min-h-6 min-w-[5.5rem] items-center tabular-nums"
          >
            pid {process.pid}
          </TextLink>
          <span className="w-36 truncate text-xs">
            <VersionText short>{process.version}</VersionText>
          </span>
          <span className="w-32 text-muted text-xs">
            started <Moment at={process.starttime} now={now} none="no moment" />
          </span>
          <span className="w-28 text-xs">
            heard <Moment at={process.heartbeattime} now={now} none="no moment" />
          </span>
          <ProcessLife process={process} scale={scale} />
          <Ended process={process} />
        </li>
      ))}
      {rest > 0 && (
        <li>
          <TextLink
            href={`/agents?rows=processes&queueloc=${encodeURIComponent(row.queueloc)}`}
            className="inline-flex min-h-6 items-center"
          >
            and {formatCount(rest, 'more process', 'more processes')}
          </TextLink>
        </li>
      )}
    </ul>
  )
}

/** When a process of the queue lived, on the row's own scale; the moments beside it say the same. */
function ProcessLife({ process, scale }: { process: DoubleProcessRow; scale: TimelineScale }) {
  const life = lifeOn(scale, process)
  return (
    <span aria-hidden="true" className="relative block h-1.5 w-20 flex-none self-center rounded-full bg-neutral-tint">
      {life && (
        <span
          className={cn('absolute inset-y-0 min-w-[3px] rounded-full', life.cut && 'rounded-l-none', TONE_MARK.waiting)}
          style={{ left: `min(${life.left}%, calc(100% - 3px))`, width: `${life.width}%` }}
        />
      )}
    </span>
  )
}

function Ended({ process }: { process: DoubleProcessRow }) {
  const status = agentStatus(process.status)
  return status.value === 'heartbeating' || status.value === 'online' ? null : <StatusBadge {...status} bare />
}

function doubleColumns(now: string, window: number): Column<DoubleRow>[] {
  return [
    {
      id: 'queueloc',
      header: 'Endpoint',
      sort: 'queueloc',
      className: 'max-w-[min(15rem,60vw)]! align-top py-1.5',
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
      className: 'min-w-40 max-w-48 align-top py-1.5 [&_span]:whitespace-normal!',
      cell: (row) => (
        <span className="flex flex-col items-start gap-1">
          {row.hints.map((hint) => {
            const { label, tone, meaning } = DOUBLE_HINTS[hint]
            return <StatusBadge key={hint} label={label} tone={tone} title={meaning} bare />
          })}
          {row.kill && (
            <TextLink href={`/actions/${row.kill.id}`} className="text-xs">
              {row.kill.of > 1 ? `the newest of ${formatNumber(row.kill.of)} invalid actions` : 'the invalid action'}
            </TextLink>
          )}
          {row.namesake && (
            <TextLink href={`/agents/${row.namesake.id}`} className="text-xs">
              the other queue
            </TextLink>
          )}
        </span>
      ),
    },
    {
      id: 'processes',
      header: 'Processes heard in the window, and when they lived',
      className: 'max-w-none! align-top',
      cell: (row) => <Processes row={row} now={now} window={window} />,
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
      columns={doubleColumns(now, params.filters.window)}
      rowKey={(row) => row.queueloc}
      rowHref={(row) => `/agents/${row.processes[0]?.id ?? ''}`}
      caption="Endpoints with more than one agent"
      empty={
        params.filters.queueloc ? (
          <NothingMatches what="doubles" clearHref={doubleList.all} framed={false} />
        ) : (
          <EmptyState title="No endpoint runs two agents" icon="circle-check" framed={false}>
            In the window no queue had heartbeats of more than one process.
          </EmptyState>
        )
      }
    />
  )
}
