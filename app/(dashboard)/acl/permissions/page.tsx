import { AclNote } from '@/components/acl/acl-note'
import { AclTabs } from '@/components/acl/acl-tabs'
import { EndpointChoice } from '@/components/acl/endpoint-choice'
import { leadRow, moduleColumns, moduleRow, personColumns, weightsRow } from '@/components/acl/grid/grid-data'
import { gridUse } from '@/components/acl/grid/grid-use'
import { Legend } from '@/components/acl/legend'
import { MatrixFilters } from '@/components/acl/matrix-filters'
import { PermissionMatrix, WeightForm } from '@/components/acl/permission-matrix'
import { ModuleField, PersonField } from '@/components/acl/person-field'
import { ShownWeights } from '@/components/acl/shown-weights'
import { Notice } from '@/components/feedback/notice'
import { EmptyState, NotFoundPanel, ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { LinkButton } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { requireViewer, type Viewer } from '@/lib/auth/viewer'
import type { ListParams } from '@/lib/list-params'
import {
  getEndpoint,
  getPerson,
  getWeightCell,
  listEndpoints,
  listPeople,
  listWeightsFor,
  listWeightsOf,
  listWeightsOn,
} from '@/lib/mig/acl/queries'
import { permissionList } from '@/lib/mig/acl/search-params'
import { listModules, type Module } from '@/lib/mig/modules/queries'
import type { Instant } from '@/lib/mig/wire/time'
import { now } from '@/lib/now'

export const metadata = { title: "Investigators' weights" }

type Params = ListParams<(typeof permissionList)['filters']>

const title = "Investigators' weights"
const crumbs = [{ label: 'ACL', href: '/acl/requirements' }]

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const parsed = permissionList.parse(await searchParams)
  if (!parsed.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title={title} />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={permissionList.path} />
        </Content>
      </>
    )
  const { params } = parsed
  const [modules, moment] = await Promise.all([listModules(viewer), now()])
  const body = BODIES[params.filters.by ?? 'investigator']
  return (
    <>
      <PageHeader crumbs={crumbs} title={title} live={<Live now={moment} />} />
      <Content>
        <AclTabs current="permissions" />
        <AclNote />
        {await body(viewer, params, modules, moment.mig)}
      </Content>
    </>
  )
})

const shownOf = (params: Params, modules: Module[]) =>
  params.filters.module ? modules.filter((module) => params.filters.module?.includes(module.id)) : modules

const BODIES = { investigator: ofInvestigator, endpoint: onEndpoint, module: forModule }

/** One investigator's weights, endpoint by endpoint; without a choice that of the first by name. */
async function ofInvestigator(viewer: Viewer, given: Params, modules: Module[], at: Instant) {
  const people = await listPeople(viewer)
  const asked = given.filters.investigator?.id
  const person = asked ? await getPerson(viewer, asked) : people[0]
  if (!person)
    return asked ? (
      <NotFoundPanel
        title={`There is no investigator ${asked}`}
        action={<LinkButton href={permissionList.path}>Choose another</LinkButton>}
      />
    ) : (
      <EmptyState
        title="There is no investigator yet"
        icon="investigator"
        action={<LinkButton href="/investigators/add">Add an investigator</LinkButton>}
      >
        Weights belong to investigators.
      </EmptyState>
    )
  const { agent: _, by: __, ...rest } = given.given
  const params: Params = { ...given, given: { ...rest, investigator: [person.id] } }
  const { edit } = params.filters
  const [page, form] = await Promise.all([
    listWeightsOf(viewer, person, params, modules, at),
    edit ? getWeightCell(viewer, { agent: edit.row, investigator: person.id, module: edit.column }, modules, at) : null,
  ])
  const shown = shownOf(params, modules)
  const inPage = page.rows.some((row) => row.id === form?.endpoint.id)
  return (
    <>
      <ShownWeights params={params} current="investigator" person={person} total={page.total} />
      <MatrixFilters
        list={permissionList}
        params={params}
        modules={modules}
        fixed={['investigator']}
        rows="endpoints"
        before={<PersonField people={people} chosen={person} />}
      />
      {edit && !form && <Notice tone="attention">The cell in this address does not exist any more.</Notice>}
      {form && !inPage && (
        <Card>
          <WeightForm form={form} params={params} />
        </Card>
      )}
      <PermissionMatrix
        params={params}
        page={{ ...page, rows: page.rows.map((row) => weightsRow(row, shown)) }}
        scope={{ view: 'investigator', person: { id: person.id, name: person.name } }}
        columns={moduleColumns(shown)}
        form={form}
        use={gridUse(viewer, at)}
      />
      <Legend kind="permissions" />
    </>
  )
}

/** All investigators' weights on one endpoint, below its minimums. */
async function onEndpoint(viewer: Viewer, given: Params, modules: Module[], at: Instant) {
  const asked = given.filters.agent?.id
  const endpoint = asked ? await getEndpoint(viewer, asked, at) : null
  if (asked && !endpoint)
    return (
      <NotFoundPanel
        title={`There is no agent ${asked}`}
        action={<LinkButton href={`${permissionList.path}?by=endpoint`}>Choose an endpoint</LinkButton>}
      />
    )
  const { investigator: _, ...rest } = given.given
  if (!endpoint) {
    const params: Params = { ...given, given: rest }
    const page = await listEndpoints(viewer, params, at)
    return (
      <>
        <ShownWeights params={params} current="endpoint" total={page.total} />
        <EndpointChoice params={params} page={page} />
      </>
    )
  }
  const params: Params = { ...given, given: { ...rest, by: ['endpoint'], agent: [endpoint.id] } }
  const { edit } = params.filters
  const [page, form] = await Promise.all([
    listWeightsOn(viewer, endpoint, params, modules, at),
    edit
      ? getWeightCell(viewer, { agent: endpoint.id, investigator: edit.row, module: edit.column }, modules, at)
      : null,
  ])
  const shown = shownOf(params, modules)
  const inPage = page.rows.some((row) => row.person.id === form?.person?.id)
  return (
    <>
      <ShownWeights params={params} current="endpoint" endpoint={endpoint} total={page.total} />
      <MatrixFilters
        list={permissionList}
        params={params}
        modules={modules}
        fixed={['by', 'agent']}
        rows="investigators"
      />
      {edit && !form && <Notice tone="attention">The cell in this address does not exist any more.</Notice>}
      {form && !inPage && (
        <Card>
          <WeightForm form={form} params={params} />
        </Card>
      )}
      <PermissionMatrix
        params={params}
        page={{ ...page, rows: page.rows.map((row) => weightsRow(row, shown)) }}
        scope={{ view: 'endpoint', endpoint: { id: endpoint.id, name: endpoint.name } }}
        columns={moduleColumns(shown)}
        lead={leadRow(endpoint, page.minimums, shown)}
        form={form}
        use={gridUse(viewer, at)}
      />
      <Legend kind="permissions" />
    </>
  )
}

/** What people the table shows beside an endpoint; the grid, which draws only what is in sight, has all of them. */
const MOST_PEOPLE = 40

/** Everybody's weights for one module, endpoint by endpoint; without a choice that of the first module. */
async function forModule(viewer: Viewer, given: Params, modules: Module[], at: Instant) {
  const asked = given.filters.module?.[0]
  const module = asked ? modules.find(({ id }) => id === asked) : modules[0]
  if (!module)
    return asked ? (
      <NotFoundPanel
        title={`There is no module ${asked}`}
        action={<LinkButton href={`${permissionList.path}?by=module`}>Choose another</LinkButton>}
      />
    ) : (
      <EmptyState title="There is no module yet" icon="acl">
        Weights belong to modules.
      </EmptyState>
    )
  const { agent: _, investigator: __, ...rest } = given.given
  const params: Params = { ...given, given: { ...rest, by: ['module'], module: [module.id] } }
  const { edit } = params.filters
  const people = await listPeople(viewer)
  const drawn = people.slice(0, MOST_PEOPLE)
  const [page, form] = await Promise.all([
    listWeightsFor(viewer, module, drawn, params, modules, at),
    edit ? getWeightCell(viewer, { agent: edit.row, investigator: edit.column, module: module.id }, modules, at) : null,
  ])
  const inPage = page.rows.some((row) => row.endpoint.id === form?.endpoint.id)
  return (
    <>
      <ShownWeights params={params} current="module" module={module} total={page.total} />
      <MatrixFilters
        list={permissionList}
        params={params}
        modules={modules}
        fixed={['by', 'module']}
        rows="endpoints"
        before={
          <>
            <input type="hidden" name="by" value="module" />
            <ModuleField modules={modules} chosen={module} />
          </>
        }
      />
      {people.length > drawn.length && (
        <p className="text-muted text-xs">
          The table shows {drawn.length} of {people.length} investigators; opened as a grid it shows all.
        </p>
      )}
      {edit && !form && <Notice tone="attention">The cell in this address does not exist any more.</Notice>}
      {form && !inPage && (
        <Card>
          <WeightForm form={form} params={params} />
        </Card>
      )}
      <PermissionMatrix
        params={params}
        page={{ ...page, rows: page.rows.map((row) => moduleRow(row, module, drawn)) }}
        scope={{ view: 'module', module: { id: module.id, name: module.name } }}
        columns={personColumns(people)}
        drawn={MOST_PEOPLE}
        form={form}
        use={gridUse(viewer, at)}
      />
      <Legend kind="permissions" />
    </>
  )
}
