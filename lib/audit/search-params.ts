import { defineList, type Filter, idFilter, momentFilter, textFilter } from '@/lib/list-params'

/** A kind, or with fewer words all kinds that begin so: `acl` for `acl.weight.set`. */
const kindFilter: Filter<string> = {
  label: 'What',
  read: ([text = '']) =>
    /^[a-z_-]+(\.[a-z_-]+)*$/.test(text) && text.length <= 80
      ? { value: text }
      : { problem: 'takes a kind of change, such as acl or acl.weight.set' },
}

const typeFilter: Filter<string> = {
  label: 'Kind of object',
  read: ([text = '']) =>
    /^[a-z_ -]{1,40}$/.test(text) ? { value: text } : { problem: 'takes a kind of object, such as investigator' },
}

const rowFilter: Filter<string> = {
  label: 'Row',
  read: ([text = '']) =>
    /^\d{1,18}$/.test(text) ? { value: text } : { problem: 'takes the number of one audit row, such as 12' },
}

/** URL state of /audit. */
export const auditList = defineList({
  path: '/audit',
  filters: {
    name: textFilter('Who'),
    person: idFilter('Person'),
    kind: kindFilter,
    type: typeFilter,
    object: textFilter('Object'),
    from: momentFilter('From'),
    to: momentFilter('To'),
    row: rowFilter,
  },
  sorts: ['id'],
  defaultSort: '-id',
})
