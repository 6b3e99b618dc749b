import { choiceFilter, defineList, flagFilter, idFilter, textFilter } from '@/lib/list-params'
import { COMMAND_STATUSES } from '@/lib/mig/wire/status'

const filters = {
  status: choiceFilter('Status', COMMAND_STATUSES),
  agent: textFilter('Agent name'),
  action: idFilter('Action'),
  agentid: idFilter('Agent id'),
  found: flagFilter('Found something'),
}

/** URL state of /commands; of an action's commands too, under its own path with `action` set. */
export const commandList = defineList({
  path: '/commands',
  filters,
  sorts: ['start', 'agent', 'status'],
  defaultSort: '-start',
})
