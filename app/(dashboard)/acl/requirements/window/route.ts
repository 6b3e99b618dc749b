import { minimumsRow } from '@/components/acl/grid/grid-data'
import { windowOfRequirements } from '@/lib/mig/acl/queries'
import { requirementList } from '@/lib/mig/acl/search-params'
import { listModules } from '@/lib/mig/modules/queries'
import { now } from '@/lib/now'
import { windowRoute } from '@/lib/window'

export const GET = windowRoute(requirementList, async (viewer, params) => {
  const modules = await listModules(viewer)
  const page = await windowOfRequirements(viewer, params, modules, (await now()).mig)
  const chosen = params.filters.module
  const shown = chosen ? modules.filter(({ id }) => chosen.includes(id)) : modules
  return { rows: page.rows.map((row) => minimumsRow(row, shown)), next: page.next }
})
