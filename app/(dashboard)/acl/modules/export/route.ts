import { exportRoute } from '@/lib/export'
import { exportModules } from '@/lib/mig/modules/queries'
import { moduleList } from '@/lib/mig/modules/search-params'

export const GET = exportRoute(moduleList, exportModules)
