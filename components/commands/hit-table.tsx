import { type Column, DataTable } from '@/components/data-table/data-table'
import { FilterBar, TextField } from '@/components/data-table/filter-bar'
import { Notice } from '@/components/feedback/notice'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount, formatNumber } from '@/lib/format'
import type { ActionHit } from '@/lib/mig/commands/hit-page'
import type { HitPage } from '@/lib/mig/commands/hits'
import { type HitParams, hitList } from '@/lib/mig/commands/search-params'

function columns(more: boolean): Column<ActionHit>[] {
  const mono = (text: string) => (
    <bdi className="font-mono text-xs" title={visibleText(text)}>
      {visibleText(text)}
    </bdi>
  )
  return [
    {
      id: 'path',
      header: 'Found',
      sort: 'path',
      className: 'max-w-[min(34rem,60vw)]!',
      cell: (row) => mono(row.path || row.value),
    },
    {
      id: 'agents',
      header: 'Agents',
      sort: 'count',
      align: 'right',
      className: 'font-medium',
      cell: (row) => `${more ? 'at least ' : ''}${formatNumber(row.agents)}`,
    },
    {
      id: 'check',
      header: 'Check',
      cell: (row) => (
        <span className="truncate">
          <bdi>{visibleText(row.check)}</bdi>
          {row.method && <span className="text-faint"> {visibleText(row.method)}</span>}
        </span>
      ),
    },
    { id: 'value', header: 'Value', className: 'max-w-[22rem]!', cell: (row) => mono(row.value) },
    { id: 'module', header: 'Module', cell: (row) => <bdi>{visibleText(row.module)}</bdi> },
  ]
}

/** What of the action the page did not look into. */
export function HitNotice({ page }: { page: HitPage }) {
  if (!page.more && page.unread === 0) return null
  return (
    <Notice tone="attention">
      {page.more && (
        <p>
          Read are the {formatNumber(page.read)} most common answers that found something; there are more, so each count
          is the least.
        </p>
      )}
      {page.unread > 0 && (
        <p>{formatCount(page.unread, 'command')} with very large results are not looked into: open them one by one.</p>
      )}
    </Notice>
  )
}

/** What an action found, each thing with how many agents found it, the rarest first; a row leads to exactly its commands. */
export function HitTable({ action, params, page }: { action: string; params: HitParams; page: HitPage }) {
  const path = `/actions/${action}/results/hits`
  return (
    <>
      <FilterBar list={hitList} params={params} path={path} names={['path', 'check']}>
        <TextField name="path" label="Found" value={params.filters.path} />
        <TextField name="check" label="Check or value" value={params.filters.check} />
      </FilterBar>
      <DataTable
        list={hitList}
        params={params}
        page={page}
        path={path}
        columns={columns(page.more)}
        rowKey={(row) => row.key}
        rowHref={(row) => `/actions/${action}/commands?hit=${row.key}`}
        caption="Hits, alike ones folded"
        empty={
          Object.keys(params.given).length > 0 ? (
            <NothingMatches what="hits" clearHref={path} framed={false} />
          ) : (
            <EmptyState title="Nothing was found" icon="flag" framed={false}>
              A file, an address or a package that an agent finds stands here with all agents that found it.
            </EmptyState>
          )
        }
      />
    </>
  )
}
