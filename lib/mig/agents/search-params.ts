import {
  choiceFilter,
  defineList,
  type Filter,
  flagFilter,
  idFilter,
  type ListDefinition,
  type ListParams,
  modeFilter,
  pairFilter,
  spanFilter,
  textFilter,
} from '@/lib/list-params'
import { AGENT_STATUSES } from '@/lib/mig/wire/status'
import { type Group, type GroupKey, readGroup, readGroupKey } from './groups'
import { ENDPOINT_STATES } from './status'

const groupFilter: Filter<Group[]> = {
  label: 'In the group',
  read(texts) {
    const groups = texts.map(readGroup)
    if (texts.length > 20 || groups.some((group) => group === null))
      return { problem: 'takes groups, such as os=linux, tag:operator=opsec, or tag:operator for those without it' }
    return { value: groups as Group[] }
  },
}

const keyFilter: Filter<GroupKey> = {
  label: 'Group by',
  read([text = '']) {
    const by = readGroupKey(text.trim())
    return by ? { value: by } : { problem: 'takes os, version, name, domain, state, status, tag:KEY or env:KEY' }
  },
}

const agentFilters = {
  rows: { ...modeFilter('Rows', ['endpoints', 'processes'], 'endpoints'), default: 'endpoints' as const },
  name: textFilter('Name'),
  queueloc: textFilter('Queue'),
  os: textFilter('System'),
  version: textFilter('Version'),
  state: choiceFilter('State', ENDPOINT_STATES),
  status: choiceFilter('Stored status', AGENT_STATUSES),
  id: idFilter('Id'),
  tag: pairFilter('Tag'),
  env: pairFilter('Environment'),
  in: groupFilter,
  within: spanFilter('Seen in the last'),
  silent: spanFilter('Silent for'),
  double: flagFilter('Double'),
  // What the states are judged by, in place of the settings.
  period: spanFilter('Heartbeat period'),
  timeout: spanFilter('Agent time-out'),
  gone: spanFilter('Gone after'),
}

/** URL state of /agents: endpoints (rows folded by queueloc) or the processes, which are the table's own rows. */
export const agentList = defineList({
  path: '/agents',
  filters: agentFilters,
  sorts: ['seen', 'name', 'os', 'version', 'start'],
  defaultSort: '-seen',
  most: 1000,
})

/** URL state of /agents/groups: the same rows counted by what they have in common. */
export const agentGroupList = defineList({
  path: '/agents/groups',
  filters: { by: { ...keyFilter, default: { column: 'os' } as GroupKey }, ...agentFilters },
  sorts: ['count', 'value'],
  defaultSort: '-count',
})

/** The windows of the documented offline question (mig-data.rst), in milliseconds. */
export const DOCUMENTED_SEEN = 30 * 86_400_000
export const DOCUMENTED_SILENT = 5 * 60_000

/** URL state of /agents/offline. Its defaults are the documented question. */
export const offlineList = defineList({
  path: '/agents/offline',
  filters: {
    seen: { ...spanFilter('Seen in the last'), default: DOCUMENTED_SEEN },
    silent: { ...spanFilter('Silent for'), default: DOCUMENTED_SILENT },
    by: { ...modeFilter('By', ['name', 'endpoint'], 'name'), default: 'name' as const },
    name: textFilter('Name'),
    lost: spanFilter('Lost within the last'),
    only: flagFilter('Only in this answer'),
  },
  sorts: ['name', 'seen'],
  defaultSort: 'name',
  most: 1000,
})

/** The window of the documented question for double agents (mig-data.rst), in milliseconds. */
export const DOCUMENTED_WINDOW = 10 * 60_000

/** URL state of /agents/doubles. Its defaults are the documented question. */
export const doubleList = defineList({
  path: '/agents/doubles',
  filters: {
    window: { ...spanFilter('Heard in the last'), default: DOCUMENTED_WINDOW },
    queueloc: textFilter('Queue'),
  },
  sorts: ['count', 'queueloc'],
  defaultSort: '-count',
})

function defaults<F>(list: ListDefinition<F>): ListParams<F> {
  const parsed = list.parse({})
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}

/** The offline question as documented. */
export function defaultOffline(): ListParams<(typeof offlineList)['filters']> {
  return defaults(offlineList)
}
