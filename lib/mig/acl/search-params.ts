import { choiceFilter, defineList, type Filter, idFilter, modeFilter, textFilter } from '@/lib/list-params'
import type { GroupKey } from '@/lib/mig/agents/groups'
import { agentGroupList, agentList } from '@/lib/mig/agents/search-params'
import { ENDPOINT_STATES } from '@/lib/mig/agents/status'
import { type MigId, parseId } from '@/lib/mig/wire/id'
import { ENDPOINT_OUTCOMES } from './endpoint-verdict'
import { LINT_CHECKS, type LintCheck } from './lint-checks'
import { POWERS } from './powers-on'
import { DISAGREEMENTS, RULE_BOOKS, type RuleBook } from './rule-books'
import { readWeight, WEIGHT_WORDS } from './weight'

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

const MOST_IDS = 200

/** Who signs, one id a signature: who signs twice stands in it twice. */
const signaturesFilter: Filter<MigId[]> = {
  label: 'Signers',
  read(texts) {
    const ids = texts.flatMap((text) => text.split(',')).map((text) => parseId(text.trim()))
    return ids.length <= MOST_IDS && ids.every((id) => id !== null)
      ? { value: ids }
      : { problem: "takes investigators' ids, such as 1,2, one a signature" }
  },
}

/** The weight that is missing: from so much to so much, or to any. */
export type Shortfall = { from: number; to: number | null }

const shortFilter: Filter<Shortfall> = {
  label: 'Short by',
  read([text = '']) {
    const [, from, open, to] = /^(\d{1,13})(?:(\.\.)(\d{1,13})?)?$/.exec(text) ?? []
    if (from === undefined) return { problem: 'takes a weight, such as 2, or 3.. for 3 and more' }
    return {
      value: { from: Number(from), to: open === undefined ? Number(from) : to === undefined ? null : Number(to) },
    }
  },
}

/** Which disagreements of the rule books are listed: `1` is any. */
export const DIFFERS = ['1', ...DISAGREEMENTS] as const

/** The modules whose columns are shown, by id. */
const modulesFilter = idsFilter('Modules', "modules'")

function readStored(text: string): { column: MigId; value: number | null } | null {
  const at = text.indexOf('=')
  const column = parseId(text.slice(0, Math.max(0, at)))
  const value = text.slice(at + 1) === 'none' ? null : readWeight(text.slice(at + 1))
  return column && (value !== null || text.endsWith('=none')) ? { column, value } : null
}

/** A stored minimum, or none: `3=2` is the minimum 2 for module 3, `3=none` no minimum of its own. */
export type StoredMinimum = { module: MigId; minimum: number | null }

const storedFilter: Filter<StoredMinimum[]> = {
  label: 'Stored minimum',
  read(texts) {
    const read = texts.map((text): StoredMinimum | null => {
      const stored = readStored(text)
      return stored && { module: stored.column, minimum: stored.value }
    })
    return read.length <= 20 && read.every((one) => one !== null)
      ? { value: read as StoredMinimum[] }
      : { problem: 'takes a module and its minimum, such as 3=2, or 3=none' }
  },
}

/** A stored weight, or none: `2.3=1` is the weight 1 of investigator 2 for module 3, `2.3=none` no row. */
export type StoredWeight = { investigator: MigId; module: MigId; weight: number | null }

const storedWeightFilter: Filter<StoredWeight[]> = {
  label: 'Stored weight',
  read(texts) {
    const read = texts.map((text): StoredWeight | null => {
      const [person, ...rest] = text.split('.')
      const investigator = parseId(person ?? '')
      const stored = readStored(rest.join('.'))
      return investigator && stored ? { investigator, module: stored.column, weight: stored.value } : null
    })
    return read.length <= 20 && read.every((one) => one !== null)
      ? { value: read as StoredWeight[] }
      : { problem: 'takes an investigator, a module and the weight, such as 2.3=1, or 2.3=none' }
  },
}

/** What of the agents' own filters the matrices take as well. */
const ofAgents = {
  version: agentList.filters.version,
  queueloc: agentList.filters.queueloc,
  tag: agentList.filters.tag,
  env: agentList.filters.env,
  in: agentList.filters.in,
}

const groupFilter: Filter<GroupKey> = { label: 'Rows by', read: agentGroupList.filters.by.read }

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

/** The row whose cells a phone shows, by the id of its agent or investigator; the window of a desk shows all. */
const rowFilter = idFilter('Open row')

/** URL state of /acl/requirements: endpoints by name, their minimum weights by module. */
export const requirementList = defineList({
  path: '/acl/requirements',
  filters: {
    name: textFilter('Name'),
    os: textFilter('System'),
    state: choiceFilter('State', ENDPOINT_STATES),
    agent: idFilter('Agent'),
    ...ofAgents,
    rule: storedFilter,
    group: groupFilter,
    module: modulesFilter,
    edit: cellFilter,
    row: rowFilter,
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
    ...ofAgents,
    weight: storedWeightFilter,
    group: groupFilter,
    module: modulesFilter,
    edit: cellFilter,
    row: rowFilter,
  },
  sorts: ['name'],
  defaultSort: 'name',
})

const weightFilter: Filter<number> = {
  label: 'Value',
  read([text = '']) {
    const value = readWeight(text)
    return value === null ? { problem: `takes a ${WEIGHT_WORDS}` } : { value }
  },
}

/** What a bulk change does with the cells that its filters name. */
export const BULK_DOES = ['set', 'remove', 'carry-over'] as const
/** Which of those cells it takes: all, or those without or with a rule of their own. */
export const BULK_ONLY = ['all', 'unset', 'set'] as const
/** The tables of a bulk change; a carry-over takes both unless one is named. */
export const BULK_TABLES = ['agtmodreq', 'invagtmodperm'] as const

const { rows: _, ...agentFilters } = agentList.filters

/** URL state of /acl/bulk: endpoints as /agents filters them, modules, for weights investigators, and what becomes of their cells. */
export const bulkList = defineList({
  path: '/acl/bulk',
  filters: {
    do: { ...modeFilter('Change', BULK_DOES, 'set'), default: 'set' as (typeof BULK_DOES)[number] },
    table: { ...modeFilter('Table', BULK_TABLES, 'agtmodreq'), default: undefined },
    module: idsFilter('Modules', "modules'"),
    investigator: idsFilter('Investigators', "investigators'"),
    value: weightFilter,
    only: { ...modeFilter('Only', BULK_ONLY, 'all'), default: 'all' as (typeof BULK_ONLY)[number] },
    rule: storedFilter,
    weight: storedWeightFilter,
    ...agentFilters,
  },
  sorts: ['agent'],
  defaultSort: 'agent',
})

/** URL state of /acl/what-if: who signs and what runs, or an action; which verdicts are listed, by which rule book. */
export const whatIfList = defineList({
  path: '/acl/what-if',
  filters: {
    signer: signaturesFilter,
    module: modulesFilter,
    action: idFilter('Action'),
    book: { ...modeFilter('Rule book', RULE_BOOKS, 'documented'), default: 'documented' as RuleBook },
    outcome: choiceFilter('Verdict', ENDPOINT_OUTCOMES),
    differs: { ...modeFilter('Books disagree', DIFFERS, '1'), default: undefined },
    short: shortFilter,
    like: idFilter('Same rules as'),
    name: textFilter('Name'),
    os: textFilter('System'),
    state: choiceFilter('State', ENDPOINT_STATES),
  },
  sorts: ['name'],
  defaultSort: 'name',
})

/** URL state of /acl/what-if/sets: the question, and the groups of endpoints that lack weight, the largest first. */
export const lackGroupList = defineList({
  path: '/acl/what-if/sets',
  filters: {
    signer: whatIfList.filters.signer,
    module: modulesFilter,
    action: idFilter('Action'),
    name: textFilter('Name'),
    os: textFilter('System'),
    state: choiceFilter('State', ENDPOINT_STATES),
  },
  sorts: ['endpoints'],
  defaultSort: '-endpoints',
})

/** URL state of /acl/what-if/endpoint: the question, and one endpoint by any of its agent rows. */
export const reasonView = defineList({
  path: '/acl/what-if/endpoint',
  filters: {
    agent: idFilter('Agent'),
    signer: whatIfList.filters.signer,
    module: modulesFilter,
    action: idFilter('Action'),
    book: whatIfList.filters.book,
  },
  sorts: ['name'],
  defaultSort: 'name',
})

/** URL state of /acl/lint: one check's findings; `without` asks what is lost with a person's key. */
export const lintList = defineList({
  path: '/acl/lint',
  filters: {
    check: { ...modeFilter('Check', LINT_CHECKS, 'unreachable'), default: 'unreachable' as LintCheck },
    without: idFilter('Without'),
    name: textFilter('Name'),
    os: textFilter('System'),
    module: modulesFilter,
    person: idFilter('Investigator'),
  },
  sorts: ['agent'],
  defaultSort: 'agent',
})

/** How an endpoint's tables stand to the last file of its ACL that left the site or was compared here. */
export const FILE_STATES = ['none', 'same', 'differs'] as const
export type FileState = (typeof FILE_STATES)[number]

const digestFilter: Filter<string> = {
  label: 'ACL',
  read: ([text = '']) => (/^[0-9a-f]{32}$/.test(text) ? { value: text } : { problem: 'takes the 32 digits of an ACL' }),
}

const ofEndpoints = {
  name: textFilter('Name'),
  os: textFilter('System'),
  state: choiceFilter('State', ENDPOINT_STATES),
  file: choiceFilter('Last file', FILE_STATES),
}

/** URL state of /acl/files: the different ACLs of the fleet, each with how many endpoints have it. */
export const aclGroupList = defineList({
  path: '/acl/files',
  filters: ofEndpoints,
  sorts: ['endpoints'],
  defaultSort: '-endpoints',
})

/**
 * URL state of /acl/files/endpoints: endpoints with their ACL and its last file; `lists` a person's key, as the tables are now,
 * or `relists` a disabled one when it is enabled.
 */
export const aclEndpointList = defineList({
  path: '/acl/files/endpoints',
  filters: {
    group: digestFilter,
    lists: idFilter('Lists the key of'),
    relists: idFilter('Lists again the key of'),
    ...ofEndpoints,
    ...ofAgents,
  },
  sorts: ['name'],
  defaultSort: 'name',
})

/** URL state of /acl/files/file: the file of one endpoint, or of all endpoints with one ACL. */
export const aclFileView = defineList({
  path: '/acl/files/file',
  filters: {
    agent: idFilter('Agent'),
    group: digestFilter,
    form: { ...modeFilter('Form', ['2019', '2014'], '2019'), default: '2019' as const },
  },
  sorts: ['name'],
  defaultSort: 'name',
})

/** URL state of /acl/powers: the rules for whose module one investigator has weight, and how they are reached. */
export const powerList = defineList({
  path: '/acl/powers',
  filters: {
    investigator: idFilter('Investigator'),
    how: choiceFilter('How', POWERS),
    partner: idFilter('Together with'),
    module: modulesFilter,
    name: textFilter('Name'),
    os: textFilter('System'),
  },
  sorts: ['agent'],
  defaultSort: 'agent',
})
