import { choiceFilter, defineList, type Filter, flagFilter, idFilter, modeFilter, textFilter } from '@/lib/list-params'
import { ENDPOINT_STATES } from '@/lib/mig/agents/status'
import { type MigId, parseId } from '@/lib/mig/wire/id'
import { ENDPOINT_OUTCOMES } from './endpoint-verdict'
import { RULE_BOOKS, type RuleBook } from './rule-books'

function idsFilter(label: string, what: string): Filter<MigId[]> {
  return {
    label,
    read(texts) {
      const ids = texts.flatMap((text) => text.split(',')).map((text) => parseId(text.trim()))
      return ids.every((id) => id !== null)
        ? { value: [...new Set(ids)] }
        : { problem: `takes ${what} ids, such as 1,2` }
    },
  }
}

/** The modules whose columns are shown, by id. */
const modulesFilter = idsFilter('Modules', "modules'")

/**
 * The cell whose form is open, as `row.column`: the row is an agent's id, or an investigator's where one endpoint is shown;
 * the column a module's, or an investigator's where one module is shown.
 */
const cellFilter: Filter<{ row: MigId; column: MigId }> = {
  label: 'Open cell',
  read([text = '']) {
    const [row, column, more] = text.split('.').map(parseId)
    return row && column && more === undefined ? { value: { row, column } } : { problem: 'takes a cell, such as 12.3' }
  },
}

/** URL state of /acl/requirements: endpoints by name, their minimum weights by module. */
export const requirementList = defineList({
  path: '/acl/requirements',
  filters: {
    name: textFilter('Name'),
    os: textFilter('System'),
    state: choiceFilter('State', ENDPOINT_STATES),
    agent: idFilter('Agent'),
    module: modulesFilter,
    edit: cellFilter,
  },
  sorts: ['name'],
  defaultSort: 'name',
})

/** URL state of /acl/permissions: the weights of one investigator, on one endpoint, or for one module. */
export const permissionList = defineList({
  path: '/acl/permissions',
  filters: {
    by: modeFilter('Fixed', ['investigator', 'endpoint', 'module'], 'investigator'),
    investigator: idFilter('Investigator'),
    agent: idFilter('Agent'),
    name: textFilter('Name'),
    os: textFilter('System'),
    state: choiceFilter('State', ENDPOINT_STATES),
    module: modulesFilter,
    edit: cellFilter,
  },
  sorts: ['name'],
  defaultSort: 'name',
})

/** URL state of /acl/what-if: who signs and what runs, or an action; which verdicts are listed, by which rule book. */
export const whatIfList = defineList({
  path: '/acl/what-if',
  filters: {
    signer: idsFilter('Signers', "investigators'"),
    module: modulesFilter,
    action: idFilter('Action'),
    book: { ...modeFilter('Rule book', RULE_BOOKS, 'documented'), default: 'documented' as RuleBook },
    outcome: choiceFilter('Verdict', ENDPOINT_OUTCOMES),
    differs: flagFilter('Books disagree'),
    name: textFilter('Name'),
    os: textFilter('System'),
    state: choiceFilter('State', ENDPOINT_STATES),
  },
  sorts: ['name'],
  defaultSort: 'name',
})
