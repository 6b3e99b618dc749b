import { Pager } from '@/components/data-table/pager'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import type { ListParams } from '@/lib/list-params'
import type { CellForm as CellFormData } from '@/lib/mig/acl/endpoints'
import type { KnownFile } from '@/lib/mig/acl/file-states'
import type { RequirementRow } from '@/lib/mig/acl/minimums'
import { requirementList } from '@/lib/mig/acl/search-params'
import type { Module } from '@/lib/mig/modules/queries'
import type { Page } from '@/lib/page'
import { CellForm } from './cell-form'
import { minimumsRow, moduleColumns, withFiles } from './grid/grid-data'
import { GridLoader } from './grid/grid-loader'
import { cellHrefs, type GridUse, windowHref } from './grid/grid-use'
import { Matrix } from './matrix'

type Params = ListParams<(typeof requirementList)['filters']>

/** The open cell's form for a minimum. */
export function MinimumForm({ form, params }: { form: CellFormData; params: Params }) {
  const { endpoint, module, stored } = form
  return (
    <CellForm
      key={`${endpoint.id}.${module.id}`}
      agent={endpoint.id}
      module={module.id}
      investigator={null}
      stored={stored}
      title={`${module.name} on ${endpoint.name}`}
      where={`Written to the endpoint's newest row ${endpoint.id}, queue ${endpoint.queueloc}`}
      closeHref={closedHref(params)}
    />
  )
}

function closedHref(params: Params): string {
  // The page of the list stays: only what is open changes.
  const { after, before } = params
  return requirementList.href(params, { filters: { edit: null }, after, before })
}

const rowHref = (params: Params, row: string) =>
  requirementList.href(params, { filters: { edit: null, row }, after: params.after, before: params.before })

/** Endpoints × modules → minimum weight. */
export function RequirementMatrix({
  params,
  page,
  modules,
  form,
  files,
  use,
}: {
  params: Params
  page: Page<RequirementRow>
  modules: readonly Module[]
  form: CellFormData | null
  files: ReadonlyMap<string, KnownFile>
  use: GridUse
}) {
  const { edit: _, row: __, ...filters } = params.given
  const columns = moduleColumns(modules)
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <GridLoader
        use={use}
        scope={{ view: 'minimums' }}
        columns={columns}
        total={page.total}
        href={windowHref(requirementList, params)}
      >
        <Matrix
          caption="Minimum weight by endpoint and module"
          corner="Endpoint"
          columns={columns}
          rows={withFiles(
            page.rows.map((row) => minimumsRow(row, modules)),
            files,
          )}
          cellHref={use.canEdit ? cellHrefs(requirementList, params) : null}
          open={
            form && {
              row: form.endpoint.id,
              column: form.module.id,
              form: <MinimumForm form={form} params={params} />,
            }
          }
          phone={{ row: params.filters.row?.id ?? null, href: (row) => rowHref(params, row) }}
          empty={
            Object.keys(filters).length ? (
              <NothingMatches what="endpoints" clearHref={requirementList.path} framed={false} />
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
          list={requirementList}
          params={{ ...params, given: filters }}
          page={page}
          path={requirementList.path}
          exportable
          of="endpoints"
        />
      </div>
    </div>
  )
}
