import { AppError } from '@/lib/errors'
import { exportRoute } from '@/lib/export'
import { exportHits } from '@/lib/mig/commands/hits'
import { hitList } from '@/lib/mig/commands/search-params'
import { findIds } from '@/lib/mig/find-id'

export const GET = exportRoute(hitList, async (viewer, params, url) => {
  const [, , text = ''] = url.pathname.split('/')
  const [action, other] = await findIds(viewer, 'actions', decodeURIComponent(text))
  if (action === undefined || other !== undefined) throw new AppError('not_found', 'There is no action of this id.')
  return exportHits(viewer, action, params)
})
