import { choiceFilter, defineList, flagFilter, idFilter, momentFilter, textFilter } from '@/lib/list-params'
import { ACTION_STATUSES } from '@/lib/mig/wire/status'
import { LISTED_REASONS } from './list-attention'

/** Stands for every status that no vintage of MIG writes, and for none. */
export const OTHER_STATUS = 'other'

/** Stands for every reason to look at an action. */
export const ANY_REASON = 'any'

/** URL state of /actions. */
export const actionList = defineList({
  path: '/actions',
  filters: {
    q: textFilter('Search'),
    status: choiceFilter('Status', [...ACTION_STATUSES, OTHER_STATUS]),
    attention: choiceFilter('Needs attention', [ANY_REASON, ...LISTED_REASONS]),
    found: flagFilter('Found something'),
    module: textFilter('Module'),
    investigator: idFilter('Signed by'),
    name: textFilter('Name'),
    target: textFilter('Target'),
    family: textFilter('Threat family'),
    level: textFilter('Threat level'),
    agent: textFilter('Agent'),
    from: momentFilter('Valid from'),
    to: momentFilter('Valid to'),
  },
  sorts: ['start', 'name', 'status', 'expiry', 'found', 'commands'],
  defaultSort: '-start',
  most: 1000,
})
