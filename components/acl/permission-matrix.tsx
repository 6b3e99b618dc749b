import { Pager } from '@/components/data-table/pager'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import type { ListParams } from '@/lib/list-params'
import type { CellForm as CellFormData } from '@/lib/mig/acl/endpoints'
import { permissionList } from '@/lib/mig/acl/search-params'
import type { Page } from '@/lib/page'
import { CellForm } from './cell-form'
import type { GridColumn, GridRow, GridScope } from './grid/grid-data'
import { GridLoader } from './grid/grid-loader'
import { cellHrefs, type GridUse, windowHref } from './grid/grid-use'
import { Matrix } from './matrix'

type Params = ListParams<(typeof permissionList)['filters']>

/** The open cell's form for a weight. */
export function WeightForm({ form, params }: { form: CellFormData; params: Params }) {
  const { endpoint, module, person, stored } = form
  return (
    <CellForm
      key={`${person?.id}.${endpoint.id}.${module.id}`}
      agent={endpoint.id}
      module={module.id}
      investigator={person?.id ?? ''}
      stored={stored}
      title={`${person?.name} for ${module.name} on ${endpoint.name}`}
      where={`Written to the endpoint's newest row ${endpoint.id}, queue ${endpoint.queueloc}`}
      closeHref={closedHref(params)}
    />
  )
}

function closedHref(params: Params): string {
  const { after, before } = params
  return permissionList.href(params, { filters: { edit: null }, after, before })
}

const rowHref = (params: Params, row: string) =>
  permissionList.href(params, { filters: { edit: null, row }, after: params.after, before: params.before })

const CAPTIONS: Record<Exclude<GridScope['view'], 'minimums'>, string> = {
  investigator: 'Weights by endpoint and module',
  endpoint: 'Weights by investigator and module',
  module: 'Weights by endpoint and investigator',
}

/** Weights with one of the three fixed: an investigator's, those on an endpoint, or those for a module. */
export function PermissionMatrix({
  params,
  page,
  scope,
  columns,
  drawn = columns.length,
  lead,
  form,
  use,
}: {
  params: Params
  page: Page<GridRow>
  scope: Exclude<GridScope, { view: 'minimums' }>
  columns: GridColumn[]
  /** How many columns the table has; the grid, which draws only what is in sight, has all. */
  drawn?: number
  /** The minimums of the one endpoint shown. */
  lead?: GridRow
  form: CellFormData | null
  use: GridUse
}) {
  const { edit: _, row: __, ...given } = params.given
  const isPeople = scope.view === 'endpoint'
  const fixed = Object.keys(fixedOf(given, scope))
  const filtered = Object.keys(given).some((name) => !fixed.includes(name))
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <GridLoader
        use={use}
        scope={scope}
        columns={columns}
        lead={lead}
        total={page.total}
        href={windowHref(permissionList, params)}
      >
        <Matrix
          caption={CAPTIONS[scope.view]}
          corner={isPeople ? 'Investigator' : 'Endpoint'}
          columns={columns.slice(0, drawn)}
          rows={lead ? [lead, ...page.rows] : page.rows}
          cellHref={use.canEdit ? cellHrefs(permissionList, params) : null}
          open={
            form && {
              row: (isPeople ? form.person?.id : form.endpoint.id) ?? '',
              column: (scope.view === 'module' ? form.person?.id : form.module.id) ?? '',
              form: <WeightForm form={form} params={params} />,
            }
          }
          phone={{ row: params.filters.row?.id ?? null, href: (row) => rowHref(params, row) }}
          empty={
            filtered ? (
              <NothingMatches
                what={isPeople ? 'investigators' : 'endpoints'}
                clearHref={permissionList.href({ ...params, given: fixedOf(given, scope) })}
                framed={false}
              />
            ) : (
              <EmptyState title="No agent has registered yet" icon="agent" framed={false}>
                Endpoints appear here with their first heartbeat.
              </EmptyState>
            )
          }
        />
      </GridLoader>
      <div className="text-muted text-xs">
        <Pager
          list={permissionList}
          params={{ ...params, given }}
          page={page}
          path={permissionList.path}
          exportable
          of={isPeople ? 'investigators' : 'endpoints'}
        />
      </div>
    </div>
  )
}

/** The filters that say whose weights are shown. */
function fixedOf(given: Record<string, string[]>, { view }: GridScope): Record<string, string[]> {
  const names = view === 'module' ? ['by', 'module'] : ['by', 'investigator', 'agent']
  return Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)))
}
