import { type Column, DataTable } from '@/components/data-table/data-table'
import { EmptyState } from '@/components/feedback/panels'
import { StatusBadge } from '@/components/ui/badge'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount, formatNumber } from '@/lib/format'
import type { AnswerGroup, AnswerGroups } from '@/lib/mig/commands/groups'
import { type AnswerListParams, answerList } from '@/lib/mig/commands/search-params'
import { commandStatus } from '@/lib/mig/wire/status'
import { AnswerBadge } from './answer-badge'
import { PickBox } from './pick-two'

const nameOf = (agent: AnswerGroup['agents'][number] | undefined) =>
  agent === undefined ? 'an agent' : visibleText(agent.name ?? `agent ${agent.id} (no row)`)

function Who({ group }: { group: AnswerGroup }) {
  const [first, last] = group.agents
  const others = group.count - group.agents.length
  return (
    <span className="truncate">
      {first && (
        <TextLink href={`/agents/${first.id}`}>
          <bdi>{nameOf(first)}</bdi>
        </TextLink>
      )}
      {last && last !== first && group.count === 2 && (
        <>
          {' and '}
          <TextLink href={`/agents/${last.id}`}>
            <bdi>{nameOf(last)}</bdi>
          </TextLink>
        </>
      )}
      {group.count > 2 && <span className="text-faint"> and {formatNumber(others + 1)} more</span>}
    </span>
  )
}

function columns(action: string, usual: string | null): Column<AnswerGroup>[] {
  return [
    {
      id: 'count',
      header: 'Agents',
      sort: 'count',
      className: 'tabular-nums font-medium',
      narrow: true,
      cell: (row) => formatCount(row.count, 'agent'),
    },
    { id: 'pick', header: 'Pick', cell: (row) => <PickBox command={row.id} of={nameOf(row.agents[0])} /> },
    {
      id: 'answer',
      header: 'Answer',
      className: 'max-w-[26rem]! whitespace-normal! py-1',
      cell: (row) =>
        row.large ? (
          <span className="text-muted">too large to be held to each other</span>
        ) : (
          <AnswerBadge answer={row.answer} lines />
        ),
    },
    { id: 'who', header: 'Who', cell: (row) => <Who group={row} /> },
    {
      id: 'status',
      header: 'Status',
      sort: 'status',
      cell: (row) => <StatusBadge {...commandStatus(row.status)} bare />,
    },
    {
      id: 'usual',
      header: 'Compared',
      cell: (row) =>
        usual === null || row.large ? null : row.id === usual ? (
          <span className="text-faint">is the commonest</span>
        ) : (
          <TextLink href={`/actions/${action}/results/difference?pick=${usual}&pick=${row.id}`}>
            with the commonest
          </TextLink>
        ),
    },
  ]
}

/** The answers of an action, alike ones in one row that leads to its commands; the rarest first. */
export function AnswerGroupTable({
  action,
  params,
  page,
}: {
  action: string
  params: AnswerListParams
  page: AnswerGroups
}) {
  const filter = params.filters.by === 'text' ? 'same' : 'alike'
  return (
    <DataTable
      list={answerList}
      params={params}
      page={page}
      path={`/actions/${action}/results`}
      columns={columns(action, page.usual)}
      rowKey={(row) => row.id}
      rowHref={(row) => `/actions/${action}/commands?${filter}=${row.id}`}
      caption="Answers, alike ones folded"
      empty={
        <EmptyState title="No agent has answered yet" icon="command" framed={false}>
          Answers that say the same stand here in one row, as soon as there are any.
        </EmptyState>
      }
    />
  )
}
