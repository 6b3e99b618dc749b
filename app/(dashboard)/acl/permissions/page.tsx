import { AclNote } from '@/components/acl/acl-note'
import { AclTabs } from '@/components/acl/acl-tabs'
import { EndpointChoice } from '@/components/acl/endpoint-choice'
import { Legend } from '@/components/acl/legend'
import { MatrixFilters } from '@/components/acl/matrix-filters'
import { PermissionMatrix, WeightForm } from '@/components/acl/permission-matrix'
import { PersonField } from '@/components/acl/person-field'
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
  const body = params.filters.by === 'endpoint' ? onEndpoint : ofInvestigator
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
    edit ? getWeightCell(viewer, { agent: edit.row, investigator: person.id, module: edit.module }, modules, at) : null,
  ])
  const inPage = page.rows.some((row) => row.id === form?.endpoint.id)
  return (
    <>
      <ShownWeights params={params} current="investigator" person={person} endpoint={null} total={page.total} />
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
        page={page}
        modules={shownOf(params, modules)}
        form={form}
        canEdit={viewer.role === 'admin'}
        on={null}
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
        <ShownWeights params={params} current="endpoint" person={null} endpoint={null} total={page.total} />
        <EndpointChoice params={params} page={page} />
      </>
    )
  }
  const params: Params = { ...given, given: { ...rest, by: ['endpoint'], agent: [endpoint.id] } }
  const { edit } = params.filters
  const [page, form] = await Promise.all([
    listWeightsOn(viewer, endpoint, params, modules, at),
    edit
      ? getWeightCell(viewer, { agent: endpoint.id, investigator: edit.row, module: edit.module }, modules, at)
      : null,
  ])
  const inPage = page.rows.some((row) => row.person.id === form?.person?.id)
  return (
    <>
      <ShownWeights params={params} current="endpoint" person={null} endpoint={endpoint} total={page.total} />
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
        page={page}
        modules={shownOf(params, modules)}
        form={form}
        canEdit={viewer.role === 'admin'}
        on={{ endpoint, minimums: page.minimums }}
      />
      <Legend kind="permissions" />
    </>
  )
}
