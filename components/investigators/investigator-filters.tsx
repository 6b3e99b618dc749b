import { ChoiceField, FilterBar, TextField } from '@/components/data-table/filter-bar'
import type { ListParams } from '@/lib/list-params'
import { DISABLED_MEANING, KEY_STATE_MEANING, LISTED_STATES, WARNED_LABEL } from '@/lib/mig/investigators/key-state'
import { investigatorList } from '@/lib/mig/investigators/search-params'

/** The filters of /investigators. */
export function InvestigatorFilters({ params }: { params: ListParams<(typeof investigatorList)['filters']> }) {
  return (
    <FilterBar list={investigatorList} params={params} names={['name', 'fingerprint', 'key']}>
      <TextField name="name" label="Name" value={params.filters.name} />
      <TextField name="fingerprint" label="Fingerprint" value={params.filters.fingerprint} width="w-56" />
      <ChoiceField
        name="key"
        label="Key"
        value={params.given.key?.join(',')}
        options={LISTED_STATES.map((value) => ({
          value,
          label:
            value === 'warned'
              ? WARNED_LABEL
              : (value === 'disabled' ? DISABLED_MEANING : KEY_STATE_MEANING[value]).label,
        }))}
      />
    </FilterBar>
  )
}
