import { auditQuery } from '@/lib/audit/queries'
import { auditList } from '@/lib/audit/search-params'
import { newRowsRoute } from '@/lib/new-rows'

export const GET = newRowsRoute(auditList, auditQuery)
