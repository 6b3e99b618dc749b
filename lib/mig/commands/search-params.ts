import {
  choiceFilter,
  defineList,
  type Filter,
  flagFilter,
  idFilter,
  type ListParams,
  modeFilter,
  momentFilter,
  textFilter,
} from '@/lib/list-params'
import { COMMAND_STATUSES } from '@/lib/mig/wire/status'
import { CHANGES } from './change'

const hitFilter: Filter<string> = {
  label: 'With this hit',
  read: ([text = '']) =>
    /^[0-9a-f]{32}$/.test(text) ? { value: text } : { problem: 'takes a hit of the page of hits' },
}

const filters = {
  /** `other`: a word that no version of MIG writes. */
  status: choiceFilter('Status', [...COMMAND_STATUSES, 'other']),
  agent: textFilter('Agent name'),
  action: idFilter('Action'),
  agentid: idFilter('Agent id'),
  queueloc: textFilter('Endpoint'),
  investigator: idFilter('Action signed by'),
  module: textFilter('Module'),
  found: flagFilter('Found something'),
  error: flagFilter('With an error'),
  reason: textFilter('Error text'),
  from: momentFilter('Sent from'),
  to: momentFilter('Sent to'),
  alike: idFilter('The same answer as command'),
  same: idFilter('The same text as command'),
  hit: hitFilter,
}

/** URL state of /commands; of an action's commands too, under its own path with `action` set. */
export const commandList = defineList({
  path: '/commands',
  filters,
  sorts: ['start', 'agent', 'status'],
  defaultSort: '-start',
  most: 1000,
})

export type CommandParams = ListParams<typeof filters>

const answerFilters = { by: modeFilter('By', ['answer', 'text'], 'answer') }

/** URL state of the grouped answers of one action, /actions/ID/results. */
export const answerList = defineList({
  path: '/actions/results',
  filters: answerFilters,
  sorts: ['count', 'status'],
  defaultSort: 'count',
})

export type AnswerListParams = ListParams<typeof answerFilters>

const comparisonFilters = {
  a: idFilter('First action'),
  b: idFilter('Second action'),
  change: choiceFilter('Change', CHANGES),
}

/** URL state of /actions/compare. */
export const comparisonList = defineList({
  path: '/actions/compare',
  filters: comparisonFilters,
  sorts: ['change', 'endpoint'],
  defaultSort: 'change',
})

export type ComparisonParams = ListParams<typeof comparisonFilters>

const hitFilters = { path: textFilter('Found'), check: textFilter('Check') }

/** URL state of what one action found, /actions/ID/results/hits. */
export const hitList = defineList({
  path: '/actions/hits',
  filters: hitFilters,
  sorts: ['count', 'path'],
  defaultSort: 'count',
})

export type HitParams = ListParams<typeof hitFilters>
