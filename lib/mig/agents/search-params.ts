import {
  choiceFilter,
  defineList,
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
import { ENDPOINT_STATES } from './status'

/** URL state of /agents: endpoints (rows folded by queueloc) or the processes, which are the table's own rows. */
export const agentList = defineList({
  path: '/agents',
  filters: {
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
    within: spanFilter('Seen in the last'),
    silent: spanFilter('Silent for'),
    double: flagFilter('Double'),
    // What the states are judged by, in place of the settings.
    period: spanFilter('Heartbeat period'),
    timeout: spanFilter('Agent time-out'),
    gone: spanFilter('Gone after'),
  },
  sorts: ['seen', 'name', 'os', 'version', 'start'],
  defaultSort: '-seen',
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

/** The question for doubles as documented. */
export function defaultDoubles(): ListParams<(typeof doubleList)['filters']> {
  return defaults(doubleList)
}
