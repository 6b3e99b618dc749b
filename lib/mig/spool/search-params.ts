import { defineList, type ListParams, textFilter } from '@/lib/list-params'
import type { SpoolDirectory } from '@/lib/mig/wire/spool-name'

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
