import {
  choiceFilter,
  defineList,
  type ListParams,
  modeFilter,
  momentFilter,
  spanFilter,
  textFilter,
} from '@/lib/list-params'
import { ENDPOINT_STATES } from '@/lib/mig/agents/status'
import { CHANGES } from './changes'
import { CHARTS } from './charts'
import { RANGES } from './range'

// What the states are judged by, in place of the settings.
const thresholds = {
  period: spanFilter('Heartbeat period'),
  timeout: spanFilter('Agent time-out'),
  gone: spanFilter('Gone after'),
}

const shown = {
  at: momentFilter('At'),
  range: { ...modeFilter('Range', RANGES, '24h'), default: '24h' as const },
  tag: textFilter('Tag'),
  ...thresholds,
}

/** URL state of /agents/health: a past moment, the range of its charts, the key of the tag that is charted. */
export const healthPage = defineList({ path: '/agents/health', filters: shown, sorts: ['at'], defaultSort: 'at' })

/** The same for the figures of one of its charts, as a download. */
export const healthChart = defineList({
  path: '/agents/health/csv',
  filters: { ...shown, chart: { ...modeFilter('Chart', CHARTS, 'states'), default: 'states' as const } },
  sorts: ['at'],
  defaultSort: 'at',
})

const named = {
  name: textFilter('Name'),
  queueloc: textFilter('Queue'),
  os: textFilter('System'),
  version: textFilter('Version'),
}

/** URL state of /agents/health/endpoints: the fleet as it was at a moment, the last pass unless the address names one. */
export const pastList = defineList({
  path: '/agents/health/endpoints',
  filters: {
    at: momentFilter('At'),
    state: choiceFilter('State', ENDPOINT_STATES),
    ...named,
    silent: spanFilter('Silent for'),
    within: spanFilter('Seen in the last'),
    ...thresholds,
  },
  sorts: ['name', 'since', 'seen', 'os', 'version'],
  defaultSort: 'name',
})

/** URL state of /agents/health/difference: what happened to endpoints between two moments; a day up to the last pass by default. */
export const differenceList = defineList({
  path: '/agents/health/difference',
  filters: {
    from: momentFilter('From'),
    to: momentFilter('To'),
    change: { ...modeFilter('Change', CHANGES, 'lost'), default: 'lost' as const },
    ...named,
    ...thresholds,
  },
  sorts: ['since', 'name', 'seen', 'os', 'version'],
  defaultSort: '-since',
})

export type HealthParams = ListParams<(typeof healthPage)['filters']>
export type PastParams = ListParams<(typeof pastList)['filters']>
export type DifferenceParams = ListParams<(typeof differenceList)['filters']>
