import {
  choiceFilter,
  defineList,
  flagFilter,
  idFilter,
  type ListParams,
  modeFilter,
  momentFilter,
  textFilter,
} from '@/lib/list-params'
import { COMMAND_STATUSES } from '@/lib/mig/wire/status'
import { CHANGES } from './change'

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
}

/** URL state of /commands; of an action's commands too, under its own path with `action` set. */
export const commandList = defineList({
  path: '/commands',
  filters,
  sorts: ['start', 'agent', 'status'],
  defaultSort: '-start',
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
