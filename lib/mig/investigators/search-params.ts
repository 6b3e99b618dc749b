import { choiceFilter, defineList, textFilter } from '@/lib/list-params'
import { LISTED_STATES } from './key-state'

/** URL state of /investigators. */
export const investigatorList = defineList({
  path: '/investigators',
  filters: {
    name: textFilter('Name'),
    fingerprint: textFilter('Fingerprint'),
    key: choiceFilter('Key', LISTED_STATES),
  },
  sorts: ['name', 'state', 'created', 'expires', 'signed', 'last'],
  defaultSort: 'name',
})
