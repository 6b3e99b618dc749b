import { exportRoute } from '@/lib/export'
import { batchList } from '@/lib/mig/acl/batch-lists'
import { exportBatches } from '@/lib/mig/acl/batches'

export const GET = exportRoute(batchList, exportBatches)
