import { exportAudit } from '@/lib/audit/queries'
import { auditList } from '@/lib/audit/search-params'
import { exportRoute } from '@/lib/export'

export const GET = exportRoute(auditList, exportAudit)
