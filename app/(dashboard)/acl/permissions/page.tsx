import type { ReactNode } from 'react'
import { AclNote } from '@/components/acl/acl-note'
import { AclTabs } from '@/components/acl/acl-tabs'
import { EndpointChoice } from '@/components/acl/endpoint-choice'
import { FileDifferences } from '@/components/acl/file-differences'
import {
  type GridColumn,
  leadRow,
  moduleColumns,
  moduleRow,
  personColumns,
  weightsRow,
  withFiles,
} from '@/components/acl/grid/grid-data'
import { gridUse } from '@/components/acl/grid/grid-use'
import { GroupMatrix } from '@/components/acl/group-matrix'
import { MatrixFilters } from '@/components/acl/matrix-filters'
import { PermissionView } from '@/components/acl/permission-view'
import { ModuleField, PersonField } from '@/components/acl/person-field'
import { ShownWeights } from '@/components/acl/shown-weights'
import { EmptyState, NotFoundPanel, ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { LinkButton } from '@/components/ui/button'
import { requireViewer, type Viewer } from '@/lib/auth/viewer'
import type { ListParams } from '@/lib/list-params'
import { getEndpoint, getPerson, listEndpoints, listPeople, type Person } from '@/lib/mig/acl/endpoints'
import { listFileStates } from '@/lib/mig/acl/file-states'
import { listMatrixGroups } from '@/lib/mig/acl/matrix-groups'
import { permissionList } from '@/lib/mig/acl/search-params'
import { getWeightCell, listWeightsFor, listWeightsOf, listWeightsOn } from '@/lib/mig/acl/weights'
import { listModules, type Module } from '@/lib/mig/modules/queries'
import { now } from '@/lib/now'

export const metadata = { title: "Investigators' weights" }

type Params = ListParams<(typeof permissionList)['filters']>
type Moments = Awaited<ReturnType<typeof now>>

const title = "Investigators' weights"
const crumbs = [{ label: 'ACL', href: '/acl/requirements' }]

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const parsed = permissionList.parse(await searchParams)
  const problem = parsed.ok ? unansweredBy(parsed.params) : parsed.problem
  if (!parsed.ok || problem)
    return (
      <>
        <PageHeader crumbs={crumbs} title={title} />
        <Content>
          <ProblemPanel problem={problem ?? ''} clearHref={permissionList.path} />
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
        {await body(viewer, params, modules, moment)}
      </Content>
    </>
  )
})

function unansweredBy({ filters }: Params): string | null {
  return filters.by === 'endpoint' && filters.group
    ? 'Rows of groups are made of endpoints: show one investigator or one module.'
    : null
}

const shownOf = (params: Params, modules: Module[]) =>
  params.filters.module ? modules.filter((module) => params.filters.module?.includes(module.id)) : modules

const BODIES = { investigator: ofInvestigator, endpoint: onEndpoint, module: forModule }

/** One investigator's weights, endpoint by endpoint; without a choice that of the first by name. */
async function ofInvestigator(viewer: Viewer, given: Params, modules: Module[], moment: Moments) {
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
  const shown = shownOf(params, modules)
  const chooser = <PersonField people={people} chosen={person} />
  const fixed = ['investigator']
  if (params.filters.group)
    return groups(viewer, params, moment, { person, chooser, fixed, modules, people, columns: moduleColumns(shown) })
  const { edit } = params.filters
  const at = moment.mig
  const [page, form] = await Promise.all([
    listWeightsOf(viewer, person, params, modules, at),
    edit ? getWeightCell(viewer, { agent: edit.row, investigator: person.id, module: edit.column }, modules, at) : null,
  ])
  const endpoints = page.rows.flatMap((row) => row.endpoint ?? [])
  const files = await listFileStates(viewer, endpoints)
  return (
    <PermissionView
      head={
        <>
          <ShownWeights params={params} current="investigator" person={person} total={page.total} />
          <FileDifferences endpoints={endpoints} files={files} now={moment.clock} />
        </>
      }
      modules={modules}
      people={people}
      fixed={fixed}
      chooser={chooser}
      params={params}
      page={{
        ...page,
        rows: withFiles(
          page.rows.map((row) => weightsRow(row, shown)),
          files,
        ),
      }}
      scope={{ view: 'investigator', person: { id: person.id, name: person.name } }}
      columns={moduleColumns(shown)}
      form={form}
      use={gridUse(viewer, at)}
    />
  )
}

/** All investigators' weights on one endpoint, below its minimums. */
async function onEndpoint(viewer: Viewer, given: Params, modules: Module[], moment: Moments) {
  const at = moment.mig
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
  const [page, form, files] = await Promise.all([
    listWeightsOn(viewer, endpoint, params, modules, at),
    edit
      ? getWeightCell(viewer, { agent: endpoint.id, investigator: edit.row, module: edit.column }, modules, at)
      : null,
    listFileStates(viewer, [endpoint]),
  ])
  const shown = shownOf(params, modules)
  return (
    <PermissionView
      head={
        <>
          <ShownWeights params={params} current="endpoint" endpoint={endpoint} total={page.total} />
          <FileDifferences endpoints={[endpoint]} files={files} now={moment.clock} />
        </>
      }
      modules={modules}
      fixed={['by', 'agent']}
      params={params}
      page={{ ...page, rows: page.rows.map((row) => weightsRow(row, shown)) }}
      scope={{ view: 'endpoint', endpoint: { id: endpoint.id, name: endpoint.name } }}
      columns={moduleColumns(shown)}
      lead={leadRow(endpoint, page.minimums, shown)}
      form={form}
      use={gridUse(viewer, at)}
    />
  )
}

/** What people the table shows beside an endpoint; the grid, which draws only what is in sight, has all of them. */
const MOST_PEOPLE = 40

/** Everybody's weights for one module, endpoint by endpoint; without a choice that of the first module. */
async function forModule(viewer: Viewer, given: Params, modules: Module[], moment: Moments) {
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
  const people = await listPeople(viewer)
  const drawn = people.slice(0, MOST_PEOPLE)
  const fixed = ['by', 'module']
  const chooser = (
    <>
      <input type="hidden" name="by" value="module" />
      <ModuleField modules={modules} chosen={module} />
    </>
  )
  const note = people.length > drawn.length && (
    <p className="text-muted text-xs">
      The table shows {drawn.length} of {people.length} investigators
      {params.filters.group ? '; the export has all.' : '; opened as a grid it shows all.'}
    </p>
  )
  if (params.filters.group)
    return groups(viewer, params, moment, {
      module,
      chooser,
      fixed,
      modules,
      people,
      note,
      columns: personColumns(drawn),
    })
  const { edit } = params.filters
  const at = moment.mig
  const [page, form] = await Promise.all([
    listWeightsFor(viewer, module, drawn, params, modules, at),
    edit ? getWeightCell(viewer, { agent: edit.row, investigator: edit.column, module: module.id }, modules, at) : null,
  ])
  const endpoints = page.rows.map((row) => row.endpoint)
  const files = await listFileStates(viewer, endpoints)
  return (
    <PermissionView
      head={
        <>
          <ShownWeights params={params} current="module" module={module} total={page.total} />
          <FileDifferences endpoints={endpoints} files={files} now={moment.clock} />
        </>
      }
      modules={modules}
      people={people}
      fixed={fixed}
      chooser={chooser}
      note={note}
      params={params}
      page={{
        ...page,
        rows: withFiles(
          page.rows.map((row) => moduleRow(row, module, drawn)),
          files,
        ),
      }}
      scope={{ view: 'module', module: { id: module.id, name: module.name } }}
      columns={personColumns(people)}
      drawn={MOST_PEOPLE}
      form={form}
      use={gridUse(viewer, at)}
    />
  )
}

/** Groups of endpoints as rows, for one investigator or one module. */
async function groups(
  viewer: Viewer,
  params: Params,
  moment: Moments,
  of: {
    columns: GridColumn[]
    modules: Module[]
    people: Person[]
    fixed: string[]
    chooser: ReactNode
    note?: ReactNode
  } & ({ person: Person } | { module: Module }),
) {
  const ids = of.columns.map(({ id }) => id)
  const source =
    'person' in of
      ? { table: 'invagtmodperm' as const, investigator: of.person.id, columns: ids }
      : { table: 'invagtmodperm' as const, module: of.module.id, columns: ids }
  const by = params.filters.group
  if (!by) throw new Error('no groups are asked for')
  const page = await listMatrixGroups(viewer, params, by, source, moment.mig)
  const kept = Object.fromEntries(
    [...of.fixed, 'group'].flatMap((name) => (params.given[name] ? [[name, params.given[name]]] : [])),
  )
  return (
    <>
      {'person' in of ? (
        <ShownWeights params={params} current="investigator" person={of.person} groups={by} total={page.total} />
      ) : (
        <ShownWeights params={params} current="module" module={of.module} groups={by} total={page.total} />
      )}
      <MatrixFilters
        list={permissionList}
        params={params}
        modules={of.modules}
        people={of.people}
        fixed={of.fixed}
        rows="endpoints"
        before={of.chooser}
      />
      {of.note}
      <GroupMatrix
        list={permissionList}
        params={params}
        scope={'person' in of ? { view: 'investigator', person: of.person } : { view: 'module', module: of.module }}
        page={page}
        columns={of.columns}
        canEdit={viewer.role === 'admin'}
        clearHref={permissionList.href({ ...params, given: kept })}
      />
    </>
  )
}
