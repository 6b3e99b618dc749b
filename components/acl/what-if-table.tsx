import { StateBadge } from '@/components/agents/state-badge'
import { type Column, DataTable } from '@/components/data-table/data-table'
import { Moment } from '@/components/feedback/moment'
import { NothingMatches } from '@/components/feedback/panels'
import { StatusBadge } from '@/components/ui/badge'
import { visibleText } from '@/components/ui/visible-text'
import { formatNumber } from '@/lib/format'
import type { ListParams } from '@/lib/list-params'
import { type EndpointOutcome, OUTCOME_WORDS } from '@/lib/mig/acl/endpoint-verdict'
import { DISAGREEMENT_WORDS, type Disagreement } from '@/lib/mig/acl/rule-books'
import { whatIfList } from '@/lib/mig/acl/search-params'
import type { WhatIfRow } from '@/lib/mig/acl/what-if'
import type { Page } from '@/lib/page'

function Verdict({ outcome, short }: { outcome: EndpointOutcome; short?: number | null }) {
  const { label, tone, meaning } = OUTCOME_WORDS[outcome]
  return <StatusBadge label={short ? `${label} by ${formatNumber(short)}` : label} tone={tone} title={meaning} bare />
}

function Differs({ how }: { how: Disagreement }) {
  const { label, tone, meaning } = DISAGREEMENT_WORDS[how]
  return <StatusBadge label={label} tone={tone} title={meaning} bare />
}

function columns(now: string): Column<WhatIfRow>[] {
  return [
    { id: 'name', header: 'Endpoint', sort: 'name', cell: (row) => <bdi>{visibleText(row.name)}</bdi> },
    { id: 'outcome', header: 'As documented', cell: (row) => <Verdict outcome={row.outcome} short={row.short} /> },
    { id: 'first', header: 'First operation', cell: (row) => <Verdict outcome={row.first_outcome} /> },
    {
      id: 'differs',
      header: 'Rule books',
      cell: (row) => row.differs && <Differs how={row.differs} />,
    },
    { id: 'os', header: 'System', cell: (row) => visibleText(row.os) },
    { id: 'state', header: 'State', cell: (row) => <StateBadge state={row.state} bare /> },
    { id: 'seen', header: 'Last seen', cell: (row) => <Moment at={row.last_seen} now={now} none="no moment" /> },
  ]
}

/** The address of the reasoning for one endpoint. */
export function reasonHref(params: Pick<ListParams, 'given'>, agent: string): string {
  const { signer, module, action, book } = params.given
  const query = new URLSearchParams({ agent })
  for (const [name, texts] of Object.entries({ signer, module, action, book }))
    for (const text of texts ?? []) query.append(name, text)
  return `/acl/what-if/endpoint?${query.toString().replaceAll('%2C', ',')}`
}

/** The judged endpoints; each leads to why. */
export function WhatIfTable({
  params,
  page,
  now,
}: {
  params: ListParams<(typeof whatIfList)['filters']>
  page: Page<WhatIfRow>
  now: string
}) {
  return (
    <DataTable
      list={whatIfList}
      params={params}
      page={page}
      columns={columns(now)}
      rowKey={(row) => row.id}
      rowHref={(row) => reasonHref(params, row.id)}
      caption="Endpoints and what they would do"
      empty={
        <NothingMatches
          what="endpoints"
          clearHref={whatIfList.href(params, {
            filters: { outcome: null, differs: null, short: null, like: null, name: null, os: null, state: null },
          })}
          framed={false}
        />
      }
    />
  )
}
