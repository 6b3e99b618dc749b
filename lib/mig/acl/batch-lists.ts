import { choiceFilter, defineList, flagFilter, idFilter, momentFilter, textFilter } from '@/lib/list-params'
import { BATCH_KINDS } from './change'

/** URL state of /acl/batches. */
export const batchList = defineList({
  path: '/acl/batches',
  filters: {
    name: textFilter('Who'),
    kind: choiceFilter('Kind', BATCH_KINDS),
    reason: textFilter('Reason'),
    agent: idFilter('Agent'),
    from: momentFilter('From'),
    to: momentFilter('To'),
  },
  sorts: ['id'],
  defaultSort: '-id',
})

/** URL state of the cells of one batch, below /acl/batches/ID. */
export const batchCellList = defineList({
  path: '/acl/batches',
  filters: {
    batch: textFilter('Batch'),
    name: textFilter('Endpoint'),
    module: textFilter('Module'),
    investigator: textFilter('Investigator'),
    /** Changed since, on a row that is not the newest any more, or of what is gone. */
    since: flagFilter('In the way of a revert'),
  },
  sorts: ['n'],
  defaultSort: 'n',
})
