import { choiceFilter, defineList, idFilter, momentFilter, textFilter } from '@/lib/list-params'
import { ACTION_STATUSES } from '@/lib/mig/wire/status'

/** URL state of /actions. */
export const actionList = defineList({
  path: '/actions',
  filters: {
    status: choiceFilter('Status', ACTION_STATUSES),
    name: textFilter('Name'),
    target: textFilter('Target'),
    investigator: idFilter('Signed by'),
    from: momentFilter('Valid from'),
    to: momentFilter('Valid to'),
  },
  sorts: ['start', 'name', 'status', 'expiry'],
  defaultSort: '-start',
})
