import { exportRoute } from '@/lib/export'
import { exportReconciled } from '@/lib/mig/spool/reconcile'
import { reconcileList } from '@/lib/mig/spool/search-params'

export const GET = exportRoute(reconcileList, exportReconciled)
