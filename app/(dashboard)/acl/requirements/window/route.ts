import { minimumsRow, withFiles } from '@/components/acl/grid/grid-data'
import { listFileStates } from '@/lib/mig/acl/file-states'
import { windowOfRequirements } from '@/lib/mig/acl/minimums'
import { requirementList } from '@/lib/mig/acl/search-params'
import { listModules } from '@/lib/mig/modules/queries'
import { now } from '@/lib/now'
import { windowRoute } from '@/lib/window'

export const GET = windowRoute(requirementList, async (viewer, params) => {
  const modules = await listModules(viewer)
  const page = await windowOfRequirements(viewer, params, modules, (await now()).mig)
  const chosen = params.filters.module
  const shown = chosen ? modules.filter(({ id }) => chosen.includes(id)) : modules
  const files = await listFileStates(
    viewer,
    page.rows.map((row) => row.endpoint),
  )
  const rows = page.rows.map((row) => minimumsRow(row, shown))
  return { rows: withFiles(rows, files), next: page.next }
})
