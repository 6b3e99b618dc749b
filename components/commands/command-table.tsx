import { type Column, DataTable } from '@/components/data-table/data-table'
import { Moment } from '@/components/feedback/moment'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { StatusBadge } from '@/components/ui/badge'
import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import { formatDuration, instantMillis } from '@/lib/format'
import type { CommandRow } from '@/lib/mig/commands/queries'
import { type CommandParams, commandList } from '@/lib/mig/commands/search-params'
import { commandStatus } from '@/lib/mig/wire/status'
import type { Page } from '@/lib/page'
import { AnswerBadge } from './answer-badge'
import { PickBox } from './pick-two'

function commandColumns(now: string, ofOneAction: boolean): Column<CommandRow>[] {
  const columns: Column<CommandRow>[] = [
    {
      id: 'agent',
      header: 'Agent',
      sort: 'agent',
      cell: (row) => (row.agent === null ? `agent ${row.agentid} (no row)` : <bdi>{visibleText(row.agent)}</bdi>),
    },
    {
      id: 'status',
      header: 'Status',
      sort: 'status',
      cell: (row) => <StatusBadge {...commandStatus(row.status)} bare />,
    },
    {
      id: 'answer',
      header: 'Answer',
      className: 'max-w-[32rem]!',
      cell: (row) => <AnswerBadge answer={row.answer} />,
    },
    {
      id: 'action',
      header: 'Action',
      hidden: ofOneAction,
      cell: (row) => (
        <TextLink href={`/actions/${row.actionid}`}>
          {row.action === null ? `action ${row.actionid} (no row)` : visibleText(row.action)}
        </TextLink>
      ),
    },
    { id: 'start', header: 'Sent', sort: 'start', cell: (row) => <Moment at={row.starttime} now={now} /> },
    {
      id: 'took',
      header: 'Took',
      align: 'right',
      cell: (row) => {
        const from = row.starttime && instantMillis(row.starttime)
        const to = row.finishtime && instantMillis(row.finishtime)
        return from && to ? formatDuration(to - from) : <Unknown why="No answer yet" />
      },
    },
    {
      id: 'queueloc',
      header: 'Queue',
      hidden: true,
      cell: (row) =>
        row.queueloc === null ? <Unknown why="The agent's row is not there" /> : <Mono>{row.queueloc}</Mono>,
    },
    { id: 'id', header: 'Id', hidden: true, cell: (row) => <Mono>{row.id}</Mono> },
  ]
  if (ofOneAction)
    columns.splice(1, 0, {
      id: 'pick',
      header: 'Pick',
      cell: (row) => <PickBox command={row.id} of={visibleText(row.agent ?? row.agentid)} />,
    })
  return columns
}

/** The table of /commands, and of one action's commands under that action's path. */
export function CommandTable({
  params,
  page,
  now,
  path = commandList.path,
}: {
  params: CommandParams
  page: Page<CommandRow>
  now: string
  path?: string
}) {
  const ofOneAction = path !== commandList.path
  const filtered = Object.keys(params.given).length > 0
  return (
    <DataTable
      list={commandList}
      params={params}
      page={page}
      path={path}
      columns={commandColumns(now, ofOneAction)}
      rowKey={(row) => row.id}
      rowHref={(row) => `/commands/${row.id}`}
      caption="Commands"
      empty={
        filtered ? (
          <NothingMatches what="commands" clearHref={ofOneAction ? path : commandList.all} framed={false} />
        ) : (
          <EmptyState title="No command has been sent" icon="command" framed={false}>
            MIG makes one command for each agent that an action targets.
          </EmptyState>
        )
      }
    />
  )
}
