import { batchList } from '@/lib/mig/acl/batch-lists'
import { batchesQuery } from '@/lib/mig/acl/batches'
import { newRowsRoute } from '@/lib/new-rows'

export const GET = newRowsRoute(batchList, batchesQuery)
