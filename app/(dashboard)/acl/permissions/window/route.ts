import { moduleRow, weightsRow, withFiles } from '@/components/acl/grid/grid-data'
import { AppError } from '@/lib/errors'
import { type EndpointRow, getEndpoint, getPerson, listPeople } from '@/lib/mig/acl/endpoints'
import { listFileStates } from '@/lib/mig/acl/file-states'
import { permissionList } from '@/lib/mig/acl/search-params'
import { listWeightsOn, windowOfModule, windowOfWeights } from '@/lib/mig/acl/weights'
import { listModules } from '@/lib/mig/modules/queries'
import { now } from '@/lib/now'
import { windowRoute } from '@/lib/window'

function gone(what: string): never {
  throw new AppError('not_found', `This address names no ${what} that exists.`)
}

export const GET = windowRoute(permissionList, async (viewer, params) => {
  const { by, investigator, agent, module: chosen } = params.filters
  const [modules, { mig: at }] = await Promise.all([listModules(viewer), now()])
  const filesOf = (rows: { endpoint: EndpointRow | null }[]) =>
    listFileStates(
      viewer,
      rows.flatMap(({ endpoint }) => endpoint ?? []),
    )
  const shown = chosen ? modules.filter(({ id }) => chosen.includes(id)) : modules
  if (by === 'module') {
    const module = shown[0] ?? gone('module')
    const people = await listPeople(viewer)
    const page = await windowOfModule(viewer, module, people, params, modules, at)
    const rows = page.rows.map((row) => moduleRow(row, module, people))
    return { rows: withFiles(rows, await filesOf(page.rows)), next: page.next }
  }
  if (by === 'endpoint') {
    const endpoint = (agent && (await getEndpoint(viewer, agent.id, at))) || gone('endpoint')
    const page = await listWeightsOn(viewer, endpoint, params, modules, at)
    return { rows: page.rows.map((row) => weightsRow(row, shown)), next: page.next }
  }
  const person = (investigator && (await getPerson(viewer, investigator.id))) || gone('investigator')
  const page = await windowOfWeights(viewer, person, params, modules, at)
  const rows = page.rows.map((row) => weightsRow(row, shown))
  return { rows: withFiles(rows, await filesOf(page.rows)), next: page.next }
})
