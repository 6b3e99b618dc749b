import { ChoiceField, FilterBar, TextField } from '@/components/data-table/filter-bar'
import type { ListParams } from '@/lib/list-params'
import type { Person } from '@/lib/mig/acl/endpoints'
import { POWER_WORDS, POWERS } from '@/lib/mig/acl/powers-on'
import { powerList } from '@/lib/mig/acl/search-params'
import type { Module } from '@/lib/mig/modules/queries'

/** Whose power, how it is reached, and where. */
export function PowerFilters({
  params,
  people,
  modules,
}: {
  params: ListParams<(typeof powerList)['filters']>
  people: readonly Person[]
  modules: readonly Module[]
}) {
  const { given, filters } = params
  const choices = people.map(({ id, name }) => ({ value: id, label: name }))
  return (
    <FilterBar
      list={powerList}
      params={params}
      names={['investigator', 'how', 'partner', 'module', 'name', 'os']}
      keep={['investigator']}
    >
      <ChoiceField
        name="investigator"
        label="Investigator"
        value={filters.investigator?.id}
        options={choices}
        any="choose one"
      />
      <ChoiceField
        name="how"
        label="Reached"
        value={given.how?.join(',')}
        options={POWERS.map((value) => ({ value, label: POWER_WORDS[value].label }))}
      />
      <ChoiceField name="partner" label="Together with" value={filters.partner?.id} options={choices} any="anybody" />
      <ChoiceField
        name="module"
        label="Module"
        value={given.module?.join(',')}
        options={modules.map(({ id, name, twin }) => ({ value: id, label: twin ? `${name} (${id})` : name }))}
      />
      <TextField name="name" label="Endpoint's name" value={filters.name} />
      <TextField name="os" label="System" value={filters.os} width="w-28" />
    </FilterBar>
  )
}
