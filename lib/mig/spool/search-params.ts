import {
  choiceFilter,
  defineList,
  type Filter,
  flagFilter,
  idFilter,
  type ListDefinition,
  type ListParams,
  spanFilter,
  textFilter,
} from '@/lib/list-params'
import { SPOOL_STATES, type SpoolDirectory } from '@/lib/mig/wire/spool-name'
import { SPOOL_KINDS } from './answer'
import { RECONCILE_ANOMALIES, RECONCILE_CLASSES } from './reconcile-rules'

const UNITS: Record<string, number> = { '': 1, b: 1, k: 1e3, kb: 1e3, m: 1e6, mb: 1e6, g: 1e9, gb: 1e9 }

/** A size such as 512, 20k or 1.5MB, in bytes. */
export function bytesFilter(label: string): Filter<number> {
  return {
    label,
    read([text = '']) {
      const match = /^(\d{1,15}(?:\.\d{1,6})?)\s*(b|kb?|mb?|gb?)?$/i.exec(text.trim())
      const unit = UNITS[match?.[2]?.toLowerCase() ?? '']
      return match && unit
        ? { value: Math.round(Number(match[1]) * unit) }
        : { problem: 'takes a size, such as 512, 20k or 1.5MB' }
    },
  }
}

const FILTERS = {
  name: textFilter('Part of the name'),
  id: idFilter('Id in the name'),
  older: spanFilter('Made longer ago than'),
  newer: spanFilter('Made within'),
  written: spanFilter('Written longer ago than'),
  larger: bytesFilter('At least'),
  smaller: bytesFilter('At most'),
  action: textFilter('Name of the action inside'),
  agent: textFilter('Name of the agent inside'),
  status: textFilter('Status inside'),
  broken: flagFilter('MIG cannot use it'),
}

/** The filters that look into files, so that a list with one of them is of so many files only. */
export const CONTENT_FILTERS = ['action', 'agent', 'status', 'broken'] as const

/** The URL state of one state's list: files by name, by the moment in it, or by what the background scan knows. */
export function spoolFileList([kind, state]: SpoolDirectory): ListDefinition<typeof FILTERS> {
  return defineList({
    path: `/spool/${kind}/${state}`,
    filters: FILTERS,
    sorts: ['file', 'moment', 'modified', 'bytes'],
    defaultSort: 'file',
  })
}

export type SpoolFileParams = ListParams<typeof FILTERS>
export type SpoolFileFilters = Partial<SpoolFileParams['filters']>

/** The directory that a page's address names, or null when MIG has no such one. */
export function readDirectory(params: Record<string, string>): SpoolDirectory | null {
  return SPOOL_STATES.find(([kind, state]) => kind === params.kind && state === params.state) ?? null
}

/** The URL state of the comparison's list; without a class and an anomaly it is of all that somebody should look at. */
export const reconcileList = defineList({
  path: '/spool/reconcile',
  filters: {
    class: choiceFilter('Class', RECONCILE_CLASSES),
    kind: choiceFilter('Kind', SPOOL_KINDS),
    anomaly: choiceFilter('Anomaly', RECONCILE_ANOMALIES),
  },
  sorts: ['class'],
  defaultSort: 'class',
})

export type ReconcileParams = ListParams<(typeof reconcileList)['filters']>
