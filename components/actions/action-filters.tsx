import { ChoiceField, FilterBar, MomentField, MoreFilters, TextField } from '@/components/data-table/filter-bar'
import { visibleText } from '@/components/ui/visible-text'
import type { ListParams } from '@/lib/list-params'
import { LISTED_ATTENTION, LISTED_REASONS } from '@/lib/mig/actions/list-attention'
import { ANY_REASON, actionList, OTHER_STATUS } from '@/lib/mig/actions/search-params'
import { ACTION_STATUSES, actionStatus } from '@/lib/mig/wire/status'

const FIRST = ['q', 'status', 'attention', 'found', 'module', 'investigator']
const MORE = ['name', 'target', 'family', 'level', 'agent', 'from', 'to']

/** The filters of /actions: the common ones in sight, the rest one click away, open when one of them is set. */
export function ActionFilters({
  params,
  modules,
  signers,
}: {
  params: ListParams<(typeof actionList)['filters']>
  modules: string[]
  signers: { id: string; name: string }[]
}) {
  const { filters, given } = params
  return (
    <FilterBar list={actionList} params={params} names={[...FIRST, ...MORE]}>
      <TextField name="q" label="Search, or an id" value={filters.q} width="w-44" />
      <ChoiceField
        name="status"
        label="Status"
        value={given.status?.join(',')}
        options={[
          ...ACTION_STATUSES.map((value) => ({ value, label: actionStatus(value).label as string })),
          { value: OTHER_STATUS, label: 'anything else' },
        ]}
      />
      <ChoiceField
        name="attention"
        label="Needs attention"
        any="all actions"
        value={given.attention?.join(',')}
        options={[
          { value: ANY_REASON, label: 'any reason' },
          ...LISTED_REASONS.map((value) => ({ value, label: LISTED_ATTENTION[value].label })),
        ]}
      />
      <ChoiceField
        name="found"
        label="Answers"
        value={given.found?.[0]}
        options={[{ value: '1', label: 'found something' }]}
      />
      <ChoiceField
        name="module"
        label="Module"
        value={filters.module}
        options={modules.map((name) => ({ value: name, label: visibleText(name) }))}
      />
      <ChoiceField
        name="investigator"
        label="Signed by"
        value={filters.investigator?.id}
        options={signers.map(({ id, name }) => ({ value: id, label: visibleText(name) }))}
      />
      <MoreFilters label="More filters" open={MORE.some((name) => name in given)}>
        <TextField name="name" label="Name" value={filters.name} />
        <TextField name="target" label="Target" value={filters.target} />
        <TextField name="family" label="Threat family" value={filters.family} width="w-32" />
        <TextField name="level" label="Threat level" value={filters.level} width="w-32" />
        <TextField name="agent" label="Sent to agent" value={filters.agent} width="w-56" />
        <MomentField name="from" label="Valid from (UTC), not before" value={filters.from} />
        <MomentField name="to" label="Valid from (UTC), not after" value={filters.to} />
      </MoreFilters>
    </FilterBar>
  )
}
