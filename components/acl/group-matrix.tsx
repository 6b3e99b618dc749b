import { GroupValue } from '@/components/agents/group-value'
import { Pager } from '@/components/data-table/pager'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatNumber } from '@/lib/format'
import type { ListDefinition, ListParams } from '@/lib/list-params'
import type { GroupCell, MatrixGroup } from '@/lib/mig/acl/matrix-groups'
import { aclEndpointList, bulkList } from '@/lib/mig/acl/search-params'
import { groupText } from '@/lib/mig/agents/groups'
import type { Page } from '@/lib/page'
import { NoRule } from './cell'
import type { GridColumn, GridScope } from './grid/grid-data'
import { ColumnHead } from './matrix'

type Scope = Exclude<GridScope, { view: 'endpoint' }>
type List<F> = { list: ListDefinition<F>; params: ListParams<F>; scope: Scope }

/** The filter that asks for a stored value of a column: `rule` of the minimums, `weight` of the weights. */
function storedFilter(scope: Scope, column: string, value: string): [name: string, text: string] {
  if (scope.view === 'minimums') return ['rule', `${column}=${value}`]
  const cell = scope.view === 'module' ? `${column}.${scope.module.id}` : `${scope.person.id}.${column}`
  return ['weight', `${cell}=${value}`]
}

/** The endpoints of a group, narrowed further by what they have stored in a column. */
function endpointsHref<F>({ list, params, scope }: List<F>, row: MatrixGroup, column?: string, value = ''): string {
  const { group: _, edit: __, row: ___, ...given } = params.given
  const filters: Record<string, string[]> = { in: [...(given.in ?? []), groupText(row.group)] }
  if (column) {
    const [name, text] = storedFilter(scope, column, value)
    filters[name] = [...(given[name] ?? []), text]
  }
  return list.href({ ...params, given }, { filters })
}

/** What every link of a group keeps of the matrix's filters: those of the endpoints. */
function ofEndpoints({ given }: ListParams, row: MatrixGroup): Record<string, string[]> {
  const { module: _, investigator: __, agent, ...rest } = given
  return { ...rest, ...(agent ? { id: agent } : {}), in: [...(given.in ?? []), groupText(row.group)] }
}

/** The bulk page with the group's endpoints and the column's cells filled in. */
function bulkHref<F>({ params, scope }: List<F>, row: MatrixGroup, column: string): string {
  const cells: Record<string, string[]> =
    scope.view === 'minimums'
      ? { module: [column] }
      : scope.view === 'module'
        ? { table: ['invagtmodperm'], module: [scope.module.id], investigator: [column] }
        : { table: ['invagtmodperm'], module: [column], investigator: [scope.person.id] }
  return bulkList.href({ ...EMPTY, given: { ...ofEndpoints(params, row), ...cells } } as never)
}

/** The group's endpoints on which the tables differ from their last file. */
function differingHref({ params }: { params: ListParams }, row: MatrixGroup): string {
  return aclEndpointList.href({ ...EMPTY, given: { ...ofEndpoints(params, row), file: ['differs'] } } as never)
}

const EMPTY = { sort: { key: '', descending: false }, size: 50, columns: null }

const CAPTIONS: Record<Scope['view'], string> = {
  minimums: 'Stored minimum weights by group of endpoints and module',
  investigator: 'Stored weights by group of endpoints and module',
  module: 'Stored weights by group of endpoints and investigator',
}

/** Groups of endpoints × columns: what their endpoints have stored, each number linked to exactly its endpoints. */
export function GroupMatrix<F>({
  page,
  columns,
  canEdit,
  clearHref,
  ...of
}: List<F> & {
  page: Page<MatrixGroup>
  columns: readonly GridColumn[]
  canEdit: boolean
  clearHref: string
}) {
  const { list, params, scope } = of
  const own = ['group', 'edit', 'row', 'by', ...(scope.view === 'module' ? ['module'] : ['investigator'])]
  const isFiltered = Object.keys(params.given).some((name) => !own.includes(name))
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <div className="relative overflow-auto rounded-md border border-line bg-surface scroll-pt-row md:max-h-[max(24rem,calc(100dvh-17rem))] print:max-h-none print:overflow-visible">
        <table className="border-separate border-spacing-0 text-sm">
          <caption className="sr-only">{CAPTIONS[scope.view]}</caption>
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
                    <span className="min-w-0 flex-1 truncate">
                      <GroupValue group={row.group} />
                    </span>
                    {row.differing > 0 && (
                      <TextLink
                        href={differingHref(of, row)}
                        className="whitespace-nowrap text-attention text-xs"
                        title={`On ${formatNumber(row.differing)} of its ${formatNumber(row.known)} endpoints with a known file the tables differ from the file last exported or uploaded`}
                      >
                        {formatNumber(row.differing)} {row.differing === 1 ? 'differs' : 'differ'}
                      </TextLink>
                    )}
                    <TextLink href={endpointsHref(of, row)} title="Its endpoints">
                      {formatNumber(row.count)}
                    </TextLink>
                  </span>
                </th>
                {columns.map((column) => (
                  <td key={column.id}>
                    <GroupMark
                      row={row}
                      cell={row.cells[column.id]}
                      name={column.name}
                      hrefOf={(value) => endpointsHref(of, row, column.id, value)}
                      bulk={canEdit ? bulkHref(of, row, column.id) : null}
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
            {isFiltered ? (
              <NothingMatches what="endpoints" clearHref={clearHref} framed={false} />
            ) : (
              <EmptyState title="No agent has registered yet" icon="agent" framed={false}>
                A group appears here with the first endpoint in it.
              </EmptyState>
            )}
          </div>
        )}
      </div>
      <div className="text-muted text-xs">
        <Pager list={list} params={params} page={page} path={list.path} exportable of="groups" />
      </div>
      <p className="flex flex-wrap gap-x-4 gap-y-1 text-muted text-xs">
        <span>2: what the endpoints of the group have that have a rule of their own; all 2: every one has it</span>
        <span>mixed 1–3: from 1 to 3</span>
        <span>12 unset: without a rule of their own</span>
        {canEdit && <span>change: the bulk change, with these endpoints filled in</span>}
      </p>
    </div>
  )
}

/** "all 2", "mixed 1–3", "some unset": each part leads to its endpoints. */
function GroupMark({
  row,
  cell,
  name,
  hrefOf,
  bulk,
}: {
  row: MatrixGroup
  cell: GroupCell | undefined
  /** The column's. */
  name: string
  /** The endpoints that have this stored. */
  hrefOf: (value: string) => string
  bulk: string | null
}) {
  const unset = row.count - (cell?.set ?? 0)
  const link = (value: string, text: string, title: string) => (
    <TextLink href={hrefOf(value)} title={title}>
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
          {link(String(cell.least), formatNumber(cell.least), `Endpoints that have ${cell.least}`)}
          {cell.least !== cell.most && (
            <>–{link(String(cell.most), formatNumber(cell.most), `Endpoints that have ${cell.most}`)}</>
          )}
        </span>
      ) : (
        <NoRule />
      )}
      {cell && unset > 0 && (
        <span className="text-attention text-xs">
          {link('none', `${formatNumber(unset)} unset`, 'Endpoints without a rule of their own')}
        </span>
      )}
      {bulk && (
        <TextLink
          href={bulk}
          className="text-faint text-xs"
          aria-label={`Change ${visibleText(name)} for the ${formatNumber(row.count)} endpoints of this group`}
        >
          change
        </TextLink>
      )}
    </span>
  )
}
