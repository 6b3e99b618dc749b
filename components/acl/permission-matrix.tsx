import { Pager } from '@/components/data-table/pager'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { Badge } from '@/components/ui/badge'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import type { ListParams } from '@/lib/list-params'
import type { RequirementCell } from '@/lib/mig/acl/matrix'
import type { CellForm as CellFormData, Endpoint, PermissionRow, Person } from '@/lib/mig/acl/queries'
import { permissionList, requirementList } from '@/lib/mig/acl/search-params'
import type { Module } from '@/lib/mig/modules/queries'
import type { Page } from '@/lib/page'
import { CellForm } from './cell-form'
import { EndpointHead } from './endpoint-head'
import { Matrix, type MatrixRow } from './matrix'
import { PermissionMark } from './permission-cell'
import { RequirementMark } from './requirement-cell'

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
      closeHref={cellHref(params, null)}
    />
  )
}

function cellHref(params: Params, cell: string | null): string {
  const { after, before } = params
  return permissionList.href(params, { filters: { edit: cell }, after, before })
}

function PersonHead({ person }: { person: Person }) {
  return (
    <span className="flex items-center gap-2">
      <TextLink href={`/investigators/${person.id}`} className="min-w-0 truncate">
        <bdi>{visibleText(person.name)}</bdi>
      </TextLink>
      {person.disabled && <Badge title="Disabled: counts 0">disabled</Badge>}
    </span>
  )
}

/** Endpoints × modules of one investigator, or investigators × modules of one endpoint → weight. */
export function PermissionMatrix({
  params,
  page,
  modules,
  form,
  canEdit,
  on,
}: {
  params: Params
  page: Page<PermissionRow>
  modules: readonly Module[]
  form: CellFormData | null
  canEdit: boolean
  /** The one endpoint shown, with its minimums; null where one investigator is. */
  on: { endpoint: Endpoint; minimums: Record<string, RequirementCell> } | null
}) {
  const { edit: _, ...given } = params.given
  const isOpen = (row: PermissionRow) =>
    on ? form?.person?.id === row.person.id : form?.endpoint.id === row.endpoint?.id
  const rows: MatrixRow[] = page.rows.map((row) => ({
    key: row.id,
    head: row.endpoint ? (
      <EndpointHead endpoint={row.endpoint} cells={row.cells} />
    ) : (
      <PersonHead person={row.person} />
    ),
    form: form && isOpen(row) && <WeightForm form={form} params={params} />,
    cell: (module) => {
      const cell = row.cells[module.id]
      if (!cell) return null
      return (
        <PermissionMark
          cell={cell}
          module={module.name}
          who={row.endpoint ? row.endpoint.name : row.person.name}
          href={canEdit ? `${cellHref(params, `${row.id}.${module.id}`)}#cell-form` : null}
          open={form !== null && isOpen(row) && form.module.id === module.id}
        />
      )
    },
  }))
  if (on) rows.unshift(minimumRow(on))
  const filtered = ['name', 'os', 'state', 'module'].some((name) => given[name])
  const people = on !== null
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <Matrix
        caption={people ? 'Weights by investigator and module' : 'Weights by endpoint and module'}
        corner={people ? 'Investigator' : 'Endpoint'}
        modules={modules}
        rows={rows}
        empty={
          filtered ? (
            <NothingMatches
              what={people ? 'investigators' : 'endpoints'}
              clearHref={permissionList.href({ ...params, given: fixedOf(given) })}
              framed={false}
            />
          ) : (
            <EmptyState title="No agent has registered yet" icon="agent" framed={false}>
              Endpoints appear here with their first heartbeat.
            </EmptyState>
          )
        }
      />
      <div className="text-muted text-xs">
        <Pager
          list={permissionList}
          params={{ ...params, given }}
          page={page}
          path={permissionList.path}
          exportable
          of={people ? 'investigators' : 'endpoints'}
        />
      </div>
    </div>
  )
}

/** The filters that say whose weights are shown. */
export function fixedOf(given: Record<string, string[]>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => ['by', 'investigator', 'agent'].includes(name)))
}

function minimumRow({
  endpoint,
  minimums,
}: {
  endpoint: Endpoint
  minimums: Record<string, RequirementCell>
}): MatrixRow {
  return {
    key: 'minimum',
    lead: true,
    head: (
      <TextLink href={`${requirementList.path}?agent=${endpoint.id}`} className="font-medium">
        Minimum weight
      </TextLink>
    ),
    cell: (module) => {
      const cell = minimums[module.id]
      return cell && <RequirementMark cell={cell} module={module.name} endpoint={endpoint.name} href={null} />
    },
  }
}
