import { AppError } from '@/lib/errors'
import { exportRoute } from '@/lib/export'
import { bulkLacks, exportBulk } from '@/lib/mig/acl/bulk'
import { bulkList } from '@/lib/mig/acl/search-params'
import { now } from '@/lib/now'

export const GET = exportRoute(bulkList, async (viewer, params) => {
  const lacks = bulkLacks(params)
  if (lacks) throw new AppError('invalid', lacks)
  return exportBulk(viewer, params, (await now()).mig)
})
