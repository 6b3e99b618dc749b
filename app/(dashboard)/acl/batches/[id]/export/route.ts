import { exportRoute } from '@/lib/export'
import { batchCellList } from '@/lib/mig/acl/batch-lists'
import { exportBatchCells } from '@/lib/mig/acl/batches'

export const GET = exportRoute(batchCellList, exportBatchCells, (route) => ({ batch: route.id }))
