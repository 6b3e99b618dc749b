import { type Column, DataTable } from '@/components/data-table/data-table'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { StatusBadge } from '@/components/ui/badge'
import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { CHANGE_WORDS } from '@/lib/mig/commands/change'
import type { ComparedEndpoint, Comparison, Side } from '@/lib/mig/commands/compare'
import { type ComparisonParams, comparisonList } from '@/lib/mig/commands/search-params'
import { commandStatus } from '@/lib/mig/wire/status'
import { AnswerBadge } from './answer-badge'

function SideCell({ side }: { side: Side | null }) {
  if (!side) return <span className="text-faint">not sent there</span>
  return (
    <span className="flex min-w-0 items-center gap-2">
      <TextLink href={`/commands/${side.id}`}>
        <StatusBadge {...commandStatus(side.status)} bare />
      </TextLink>
      <span className="min-w-0 truncate">
        <AnswerBadge answer={side.answer} />
      </span>
    </span>
  )
}

function columns(b: string): Column<ComparedEndpoint>[] {
  return [
    {
      id: 'endpoint',
      header: 'Endpoint',
      sort: 'endpoint',
      cell: (row) => {
        const side = row.after ?? row.before
        const name = side?.agent
        return name ? <bdi title={visibleText(row.endpoint)}>{visibleText(name)}</bdi> : <Mono>{row.endpoint}</Mono>
      },
    },
    {
      id: 'change',
      header: 'Change',
      sort: 'change',
      cell: (row) => {
        const { label, tone, meaning } = CHANGE_WORDS[row.change]
        return <StatusBadge label={label} tone={tone} title={meaning} bare />
      },
    },
    { id: 'before', header: 'First', className: 'max-w-[20rem]!', cell: (row) => <SideCell side={row.before} /> },
    { id: 'after', header: 'Second', className: 'max-w-[20rem]!', cell: (row) => <SideCell side={row.after} /> },
    {
      id: 'difference',
      header: 'Results',
      cell: (row) =>
        row.before && row.after ? (
          <TextLink href={`/actions/${b}/results/difference?pick=${row.before.id}&pick=${row.after.id}`}>
            difference
          </TextLink>
        ) : null,
    },
  ]
}

/** The endpoints of two actions, each with both answers and what became of them. */
export function ComparisonTable({ params, page, b }: { params: ComparisonParams; page: Comparison; b: string }) {
  return (
    <DataTable
      list={comparisonList}
      params={params}
      page={page}
      columns={columns(b)}
      rowKey={(row) => row.endpoint}
      rowHref={(row) => `/agents/${(row.after ?? row.before)?.agentid ?? ''}`}
      caption="Endpoints of the two actions"
      empty={
        params.filters.change ? (
          <NothingMatches
            what="endpoints"
            clearHref={comparisonList.href(params, { filters: { change: null } })}
            framed={false}
          />
        ) : (
          <EmptyState title="Neither action was sent to an endpoint" icon="agent" framed={false}>
            There are no commands of the two to hold to each other.
          </EmptyState>
        )
      }
    />
  )
}
