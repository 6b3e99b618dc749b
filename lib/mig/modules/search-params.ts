import { defineList, flagFilter, idFilter, textFilter } from '@/lib/list-params'

/** URL state of /acl/modules; `id` is the module whose forms are open. */
export const moduleList = defineList({
  path: '/acl/modules',
  filters: {
    name: textFilter('Name'),
    sensitive: flagFilter('Sensitive'),
    id: idFilter('Module'),
  },
  sorts: ['name', 'id'],
  defaultSort: 'name',
})
