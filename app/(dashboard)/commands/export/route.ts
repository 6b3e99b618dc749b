import { exportRoute } from '@/lib/export'
import { exportCommands } from '@/lib/mig/commands/queries'
import { commandList } from '@/lib/mig/commands/search-params'

export const GET = exportRoute(commandList, exportCommands)
