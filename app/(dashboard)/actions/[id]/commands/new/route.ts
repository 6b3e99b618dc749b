import { commandsQuery } from '@/lib/mig/commands/queries'
import { commandList } from '@/lib/mig/commands/search-params'
import { newRowsRoute } from '@/lib/new-rows'

export const GET = newRowsRoute(commandList, commandsQuery, (route) => ({ action: route.id }))
