import { StateBadge } from '@/components/agents/state-badge'
import { type Column, DataTable } from '@/components/data-table/data-table'
import { Moment } from '@/components/feedback/moment'
import { NothingMatches } from '@/components/feedback/panels'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatNumber } from '@/lib/format'
import type { ListParams } from '@/lib/list-params'
import type { PowerRow } from '@/lib/mig/acl/powers'
import { POWER_WORDS } from '@/lib/mig/acl/powers-on'
import { powerList } from '@/lib/mig/acl/search-params'
import type { Page } from '@/lib/page'

function columns(investigator: string, hasPartner: boolean, now: string): Column<PowerRow>[] {
  const partner: Column<PowerRow> = {
    id: 'partner',
    header: 'The other weighs',
    align: 'right',
    cell: (row) => (row.partner_weight === null ? null : formatNumber(row.partner_weight)),
  }
  return [
    { id: 'name', header: 'Endpoint', cell: (row) => <bdi>{visibleText(row.name)}</bdi> },
    {
      id: 'module',
      header: 'Module',
      cell: (row) => (
        <TextLink href={`/acl/permissions?investigator=${investigator}&module=${row.moduleid}`}>
          <bdi>{visibleText(row.module)}</bdi>
        </TextLink>
      ),
    },
    {
      id: 'how',
      header: 'Reached',
      cell: (row) => <span title={POWER_WORDS[row.how].meaning}>{POWER_WORDS[row.how].label}</span>,
    },
    { id: 'weight', header: 'Weight', align: 'right', cell: (row) => formatNumber(row.weight) },
    ...(hasPartner ? [partner] : []),
    { id: 'minimumweight', header: 'Minimum', align: 'right', cell: (row) => formatNumber(row.minimumweight) },
    { id: 'os', header: 'System', cell: (row) => visibleText(row.os) },
    { id: 'state', header: 'State', cell: (row) => <StateBadge state={row.state} bare /> },
    { id: 'seen', header: 'Last seen', cell: (row) => <Moment at={row.last_seen} now={now} none="no moment" /> },
  ]
}

/** The rules for whose module a person has weight; each leads to its endpoint. */
export function PowerTable({
  params,
  page,
  now,
}: {
  params: ListParams<(typeof powerList)['filters']>
  page: Page<PowerRow>
  now: string
}) {
  const { investigator, partner } = params.filters
  return (
    <DataTable
      list={powerList}
      params={params}
      page={page}
      columns={columns(investigator?.id ?? '', partner !== undefined, now)}
      rowKey={(row) => `${row.agentid} ${row.moduleid}`}
      rowHref={(row) => `/agents/${row.agentid}`}
      caption="Rules for whose module the person has weight"
      empty={
        <NothingMatches
          what="rules"
          clearHref={powerList.href(params, {
            filters: { how: null, partner: null, module: null, name: null, os: null },
          })}
          framed={false}
        />
      }
    />
  )
}
