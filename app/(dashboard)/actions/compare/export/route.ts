import { AppError } from '@/lib/errors'
import { exportRoute } from '@/lib/export'
import { exportComparison, getComparedAction } from '@/lib/mig/commands/compare'
import { comparisonList } from '@/lib/mig/commands/search-params'

export const GET = exportRoute(comparisonList, async (viewer, params) => {
  const [a, b] = await Promise.all(
    [params.filters.a, params.filters.b].map((one) => (one ? getComparedAction(viewer, one.id) : null)),
  )
  if (!a || !b) throw new AppError('invalid', 'A comparison takes two actions: a and b are their ids.')
  return exportComparison(viewer, a.id, b.id, params)
})
