import { defineList, type ListParams, textFilter } from '@/lib/list-params'
import { SPOOL_STATES, type SpoolDirectory } from '@/lib/mig/wire/spool-name'

/** The URL state of one state's list: files by name, in the order of their bytes. */
export function spoolFileList([kind, state]: SpoolDirectory) {
  return defineList({
    path: `/spool/${kind}/${state}`,
    filters: { name: textFilter('Name') },
    sorts: ['file'],
    defaultSort: 'file',
  })
}

export type SpoolFileFilters = ReturnType<typeof spoolFileList> extends { filters: infer F } ? F : never
export type SpoolFileParams = ListParams<SpoolFileFilters>

/** The directory that a page's address names, or null when MIG has no such one. */
export function readDirectory(params: Record<string, string>): SpoolDirectory | null {
  return SPOOL_STATES.find(([kind, state]) => kind === params.kind && state === params.state) ?? null
}
