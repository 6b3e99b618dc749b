import { FilterBar, TextField } from '@/components/data-table/filter-bar'
import type { ListParams } from '@/lib/list-params'
import { doubleList } from '@/lib/mig/agents/search-params'

/** The window and filter of /agents/doubles. */
export function DoubleFilters({ params }: { params: ListParams<(typeof doubleList)['filters']> }) {
  return (
    <FilterBar list={doubleList} params={params} names={['window', 'queueloc']}>
      <TextField name="window" label="Heard in the last" value={params.given.window?.[0] ?? '10m'} width="w-28" />
      <TextField name="queueloc" label="Queue" value={params.filters.queueloc} />
    </FilterBar>
  )
}
