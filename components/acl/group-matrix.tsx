import { Pager } from '@/components/data-table/pager'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatNumber } from '@/lib/format'
import type { ListParams } from '@/lib/list-params'
import type { GroupCell, RequirementGroup } from '@/lib/mig/acl/queries'
import { bulkList, requirementList } from '@/lib/mig/acl/search-params'
import { groupText } from '@/lib/mig/agents/groups'
import type { Module } from '@/lib/mig/modules/queries'
import type { Page } from '@/lib/page'
import { NoRule } from './cell'
import { moduleColumns } from './grid/grid-data'
import { ColumnHead } from './matrix'

type Params = ListParams<(typeof requirementList)['filters']>

function groupWords({ group }: RequirementGroup) {
  if ('unreadable' in group)
    return <span className="text-muted">{group.unreadable === 'tag' ? 'tags' : 'environment'} that cannot be read</span>
  if (group.value === null) return <span className="text-muted">without any</span>
  return group.value === '' ? <span className="text-muted">empty</span> : <bdi>{visibleText(group.value)}</bdi>
}

/** The endpoints of a group, narrowed further by a stored minimum. */
function endpointsHref(params: Params, row: RequirementGroup, rule?: string): string {
  const { group: _, edit: __, ...given } = params.given
  const filters = {
    in: [...(given.in ?? []), groupText(row.group)],
    rule: [...(given.rule ?? []), ...(rule ? [rule] : [])],
  }
  return requirementList.href({ ...params, given }, { filters })
}

/** The bulk page with the group's endpoints and the module filled in. */
function bulkHref(params: Params, row: RequirementGroup, module: Module): string {
  const { group: _, edit: __, rule: ___, agent, ...given } = params.given
  return bulkList.href(
    { given: { ...given, ...(agent ? { id: agent } : {}), module: [module.id] }, sort: bulkList.defaultSort } as never,
    { filters: { in: [...(given.in ?? []), groupText(row.group)] }, size: params.size },
  )
}

/** Groups of endpoints × modules: what minimums their endpoints have stored, each number linked to exactly its endpoints. */
export function GroupMatrix({
  params,
  page,
  modules,
  canEdit,
}: {
  params: Params
  page: Page<RequirementGroup>
  modules: readonly Module[]
  canEdit: boolean
}) {
  const { group: _, edit: __, ...filters } = params.given
  const columns = moduleColumns(modules)
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <div className="relative overflow-auto rounded-md border border-line bg-surface md:max-h-[max(24rem,calc(100dvh-17rem))] print:max-h-none print:overflow-visible">
        <table className="border-separate border-spacing-0 text-sm">
          <caption className="sr-only">Stored minimum weights by group of endpoints and module</caption>
          <thead>
            <tr className="[&>th]:sticky [&>th]:top-0 [&>th]:h-row [&>th]:bg-surface [&>th]:font-medium [&>th]:text-muted [&>th]:text-xs [&>th]:shadow-[inset_0_-1px_var(--line)]">
              <th scope="col" className="left-0 z-3 w-72 min-w-40 px-3 text-left">
                Group
              </th>
              {columns.map((column) => (
                <th
                  key={column.id}
                  scope="col"
                  className="z-2 min-w-16 whitespace-nowrap border-line border-l px-2 text-center"
                >
                  <ColumnHead column={column} />
                </th>
              ))}
              <td aria-hidden="true" className="w-full border-line border-l" />
            </tr>
          </thead>
          <tbody className="[&_td]:border-line [&_td]:border-t [&_td]:border-l [&_td]:p-0 [&_td]:text-center [&_td]:tabular-nums">
            {page.rows.map((row) => (
              <tr key={groupText(row.group)}>
                <th
                  scope="row"
                  className="sticky left-0 z-1 h-row max-w-[min(22rem,60vw)] border-line border-t bg-surface px-3 text-left font-normal"
                >
                  <span className="flex items-center gap-2">
                    <span className="min-w-0 flex-1 truncate">{groupWords(row)}</span>
                    <TextLink href={endpointsHref(params, row)} title="Its endpoints">
                      {formatNumber(row.count)}
                    </TextLink>
                  </span>
                </th>
                {modules.map((module) => (
                  <td key={module.id}>
                    <GroupMark
                      row={row}
                      cell={row.cells[module.id]}
                      module={module}
                      params={params}
                      bulk={canEdit ? bulkHref(params, row, module) : null}
                    />
                  </td>
                ))}
                <td aria-hidden="true" />
              </tr>
            ))}
          </tbody>
        </table>
        {page.rows.length === 0 && (
          <div className="sticky left-0 border-line border-t px-4 py-10 text-center">
            {Object.keys(filters).length ? (
              <NothingMatches what="endpoints" clearHref={requirementList.path} framed={false} />
            ) : (
              <EmptyState title="No agent has registered yet" icon="agent" framed={false}>
                A group appears here with the first endpoint in it.
              </EmptyState>
            )}
          </div>
        )}
      </div>
      <div className="text-muted text-xs">
        <Pager list={requirementList} params={params} page={page} path={requirementList.path} exportable of="groups" />
      </div>
    </div>
  )
}

/** "all 2", "mixed 1–3", "some unset": each part leads to its endpoints. */
function GroupMark({
  row,
  cell,
  module,
  params,
  bulk,
}: {
  row: RequirementGroup
  cell: GroupCell | undefined
  module: Module
  params: Params
  bulk: string | null
}) {
  const unset = row.count - (cell?.set ?? 0)
  const link = (rule: string, text: string, title: string) => (
    <TextLink href={endpointsHref(params, row, `${module.id}=${rule}`)} title={title}>
      {text}
    </TextLink>
  )
  return (
    <span className="flex h-row items-center justify-center gap-2 whitespace-nowrap px-2">
      {cell ? (
        <span>
          <span className="mr-1 text-faint text-xs">
            {cell.least !== cell.most ? 'mixed' : unset === 0 ? 'all' : ''}
          </span>
          {link(String(cell.least), formatNumber(cell.least), `Endpoints whose minimum is ${cell.least}`)}
          {cell.least !== cell.most && (
            <>–{link(String(cell.most), formatNumber(cell.most), `Endpoints whose minimum is ${cell.most}`)}</>
          )}
        </span>
      ) : (
        <NoRule />
      )}
      {cell && unset > 0 && (
        <span className="text-attention text-xs">
          {link('none', `${formatNumber(unset)} unset`, 'Endpoints without a minimum of their own')}
        </span>
      )}
      {bulk && (
        <TextLink
          href={bulk}
          className="text-faint text-xs"
          aria-label={`Change ${visibleText(module.name)} for the ${formatNumber(row.count)} endpoints of this group`}
        >
          change
        </TextLink>
      )}
    </span>
  )
}
