import type { ReactNode } from 'react'
import { StateBadge } from '@/components/agents/state-badge'
import { type Column, DataTable } from '@/components/data-table/data-table'
import { Moment } from '@/components/feedback/moment'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatNumber } from '@/lib/format'
import type { ListParams } from '@/lib/list-params'
import type { LintRow } from '@/lib/mig/acl/lint'
import { LINT_WORDS, type LintCheck } from '@/lib/mig/acl/lint-checks'
import { lintList } from '@/lib/mig/acl/search-params'
import type { Page } from '@/lib/page'

const name: Column<LintRow> = {
  id: 'name',
  header: 'Endpoint',
  cell: (row) => <bdi>{visibleText(row.name)}</bdi>,
}
const module: Column<LintRow> = {
  id: 'module',
  header: 'Module',
  cell: (row) =>
    row.module === null ? null : (
      <TextLink href={`/acl/requirements?agent=${row.agentid}&module=${row.moduleid}`}>
        <bdi>{visibleText(row.module)}</bdi>
      </TextLink>
    ),
}
const person: Column<LintRow> = {
  id: 'investigator',
  header: 'Investigator',
  cell: (row) =>
    row.investigator === null ? null : (
      <TextLink href={`/investigators/${row.investigatorid}`}>
        <bdi>{visibleText(row.investigator)}</bdi>
      </TextLink>
    ),
}
const figure = (id: 'minimumweight' | 'weight', header: string): Column<LintRow> => ({
  id,
  header,
  align: 'right',
  cell: (row) => (row[id] === null ? null : formatNumber(row[id])),
})
const why: Column<LintRow> = { id: 'why', header: 'Why', cell: (row) => row.why }
const os: Column<LintRow> = { id: 'os', header: 'System', cell: (row) => visibleText(row.os ?? '') }
const state: Column<LintRow> = {
  id: 'state',
  header: 'State',
  cell: (row) => (row.state ? <StateBadge state={row.state} bare /> : null),
}
const seen = (now: string): Column<LintRow> => ({
  id: 'seen',
  header: 'Last seen',
  cell: (row) => <Moment at={row.last_seen} now={now} none="no moment" />,
})

// What an orphan names is an id; a name stands beside it where it has a row.
function Named({ id, name }: { id: string | null; name: string | null }) {
  return (
    id !== null && (
      <>
        {name ? <bdi>{visibleText(name)}</bdi> : <span className="text-bad">no row</span>} <Mono>{id}</Mono>
      </>
    )
  )
}
const orphanAgent: Column<LintRow> = {
  ...name,
  header: 'Agent',
  cell: (row) => <Named id={row.agentid} name={row.queueloc === null ? null : row.name} />,
}
const orphan = (what: 'module' | 'investigator'): Column<LintRow> => ({
  id: what,
  header: what === 'module' ? 'Module' : 'Investigator',
  cell: (row) => <Named id={row[`${what}id`]} name={row[what]} />,
})

function columns(check: LintCheck, now: string): Column<LintRow>[] {
  if (check === 'orphans')
    return [
      orphanAgent,
      orphan('module'),
      orphan('investigator'),
      why,
      figure('minimumweight', 'Minimum'),
      figure('weight', 'Weight'),
    ]
  if (check === 'people') return [{ ...name, header: 'Investigator' }, why, figure('weight', 'Weights')]
  const about: Record<Exclude<LintCheck, 'people' | 'orphans'>, Column<LintRow>[]> = {
    unreachable: [module, figure('minimumweight', 'Minimum'), figure('weight', 'All together')],
    'below-one': [module, figure('minimumweight', 'Minimum')],
    'single-person': [module, person, figure('weight', 'Weight'), figure('minimumweight', 'Minimum')],
    'no-weights': [module, figure('minimumweight', 'Minimum')],
    'no-rule': [],
    'no-requirement': [module, person, figure('weight', 'Weight')],
    dead: [why, figure('minimumweight', 'Minimums'), figure('weight', 'Weights')],
  }
  return [name, ...about[check], os, state, seen(now)]
}

/** The findings of one check; each leads to its endpoint or person. `counted` is when those were counted that the list is of. */
export function LintTable({
  params,
  page,
  now,
  counted,
}: {
  params: ListParams<(typeof lintList)['filters']>
  page: Page<LintRow>
  now: string
  counted: ReactNode
}) {
  const { check } = params.filters
  const narrowing = ['name', 'os', 'module', 'person'].some((filter) => params.given[filter])
  return (
    <DataTable
      list={lintList}
      params={params}
      page={page}
      columns={columns(check, now)}
      rowKey={(row) => `${row.agentid} ${row.moduleid} ${row.investigatorid}`}
      rowHref={
        check === 'orphans'
          ? undefined
          : (row) => (row.agentid ? `/agents/${row.agentid}` : `/investigators/${row.investigatorid}`)
      }
      caption={LINT_WORDS[check].label}
      empty={
        narrowing ? (
          <NothingMatches
            what="findings"
            clearHref={lintList.href(params, { filters: { name: null, os: null, module: null, person: null } })}
            framed={false}
          />
        ) : (
          <EmptyState title="Nothing found" icon="circle-check" framed={false}>
            {counted ? (
              <>No row of the tables had this fault when they were counted {counted}.</>
            ) : (
              'No row of the tables has this fault.'
            )}
          </EmptyState>
        )
      }
    />
  )
}
