import { FilterBar, TextField } from '@/components/data-table/filter-bar'
import type { ListParams } from '@/lib/list-params'
import { offlineList } from '@/lib/mig/agents/search-params'

/** The windows and filters of /agents/offline. */
export function OfflineFilters({ params }: { params: ListParams<(typeof offlineList)['filters']> }) {
  return (
    <FilterBar list={offlineList} params={params} names={['seen', 'silent', 'lost', 'name']}>
      <TextField name="seen" label="Seen in the last" value={params.given.seen?.[0] ?? '30d'} width="w-28" />
      <TextField name="silent" label="and silent for" value={params.given.silent?.[0] ?? '5m'} width="w-28" />
      <TextField name="lost" label="Lost within the last" value={params.given.lost?.[0]} width="w-32" />
      <TextField name="name" label="Name" value={params.filters.name} />
    </FilterBar>
  )
}
