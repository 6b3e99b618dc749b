import { type Column, DataTable } from '@/components/data-table/data-table'
import { Moment } from '@/components/feedback/moment'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { StatusBadge } from '@/components/ui/badge'
import { LinkButton } from '@/components/ui/button'
import { Fingerprint, Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import { formatNumber } from '@/lib/format'
import type { ListParams } from '@/lib/list-params'
import { agentProblemSentence } from '@/lib/mig/investigators/key-state'
import type { InvestigatorRow } from '@/lib/mig/investigators/queries'
import { investigatorList } from '@/lib/mig/investigators/search-params'
import { investigatorStatus } from '@/lib/mig/wire/status'
import type { Page } from '@/lib/page'
import { DisabledBadge, KeyBadge } from './key-badge'

const NO_KEY = 'No readable key is stored'

function columns(now: string): Column<InvestigatorRow>[] {
  return [
    {
      id: 'name',
      header: 'Investigator',
      sort: 'name',
      cell: (row) => <bdi>{visibleText(row.name)}</bdi>,
    },
    { id: 'state', header: 'Key', sort: 'state', cell: (row) => <KeyStateCell row={row} /> },
    {
      id: 'fingerprint',
      header: 'Fingerprint',
      className: 'max-w-none text-xs',
      cell: (row) =>
        row.fingerprint ? (
          <Fingerprint>{row.fingerprint.toUpperCase()}</Fingerprint>
        ) : (
          <Unknown why="No fingerprint is stored" />
        ),
    },
    { id: 'algorithm', header: 'Algorithm', cell: (row) => row.key?.algorithm ?? <Unknown why={NO_KEY} /> },
    {
      id: 'created',
      header: 'Created',
      sort: 'created',
      hidden: true,
      cell: (row) => (row.key ? <Moment at={row.key.created} now={now} /> : <Unknown why={NO_KEY} />),
    },
    {
      id: 'expires',
      header: 'Expires',
      sort: 'expires',
      cell: (row) => (row.key ? <Moment at={row.key.expires} now={now} none="never" /> : <Unknown why={NO_KEY} />),
    },
    {
      id: 'weights',
      header: 'Weights',
      align: 'right',
      cell: (row) =>
        row.weights && (
          <TextLink href={`/acl/permissions?investigator=${row.id}`} title="Weights held, a row each">
            {formatNumber(row.weights.count)}
            {row.weights.more && <span title="or more">+</span>}
          </TextLink>
        ),
    },
    {
      id: 'signed',
      header: 'Signed',
      sort: 'signed',
      align: 'right',
      cell: (row) => (
        <TextLink href={`/actions?investigator=${row.id}`} title="Actions signed">
          {formatNumber(row.signed)}
        </TextLink>
      ),
    },
    {
      id: 'last',
      header: 'Last signature',
      sort: 'last',
      cell: (row) => <Moment at={row.lastSigned} now={now} none="never" />,
    },
    {
      id: 'status',
      header: 'Status',
      hidden: true,
      cell: (row) =>
        row.later ? (
          <StatusBadge {...investigatorStatus(row.later.status)} bare />
        ) : (
          <Unknown why="This database's layout has no status of investigators" />
        ),
    },
    { id: 'id', header: 'Id', hidden: true, cell: (row) => <Mono>{row.id}</Mono> },
  ]
}

function KeyStateCell({ row }: { row: InvestigatorRow }) {
  const problem = row.key?.agentProblem
  return (
    <span className="flex flex-wrap items-center gap-x-3">
      {row.disabled && <DisabledBadge bare />}
      <span title={problem ? agentProblemSentence(problem) : undefined}>
        <KeyBadge state={row.state} bare />
      </span>
    </span>
  )
}

/** The table of /investigators. */
export function InvestigatorTable({
  params,
  page,
  now,
  canAdd,
}: {
  params: ListParams<(typeof investigatorList)['filters']>
  page: Page<InvestigatorRow>
  now: string
  canAdd: boolean
}) {
  const all = columns(now)
  // The 2019 layout tells who is disabled: then the column is there without being asked for.
  const shown = page.rows.some((row) => row.later)
    ? all.map((c) => (c.id === 'status' ? { ...c, hidden: false } : c))
    : all
  return (
    <DataTable
      list={investigatorList}
      params={params}
      page={page}
      columns={shown}
      rowKey={(row) => row.id}
      rowHref={(row) => `/investigators/${row.id}`}
      caption="Investigators"
      empty={
        Object.keys(params.given).length ? (
          <NothingMatches what="investigators" clearHref={investigatorList.all} framed={false} />
        ) : (
          <EmptyState
            title="There is no investigator yet"
            icon="investigator"
            framed={false}
            action={canAdd && <LinkButton href="/investigators/add">Add an investigator</LinkButton>}
          >
            Investigators sign actions; MIG knows them by their public keys.
          </EmptyState>
        )
      }
    />
  )
}
