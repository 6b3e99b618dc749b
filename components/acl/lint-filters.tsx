import { ChoiceField, FilterBar, TextField } from '@/components/data-table/filter-bar'
import type { ListParams } from '@/lib/list-params'
import { lintList } from '@/lib/mig/acl/search-params'
import type { Module } from '@/lib/mig/modules/queries'

/** The filters of a check's findings: only those that it has something for. */
export function LintFilters({
  params,
  modules,
}: {
  params: ListParams<(typeof lintList)['filters']>
  modules: readonly Module[]
}) {
  const { check, name, os } = params.filters
  const hasModule = check !== 'no-rule' && check !== 'dead'
  return (
    <FilterBar list={lintList} params={params} names={['name', 'os', 'module']} keep={['check', 'without']}>
      <TextField name="name" label={check === 'people' ? "Person's name" : "Endpoint's name"} value={name} />
      {check !== 'people' && <TextField name="os" label="System" value={os} width="w-28" />}
      {hasModule && (
        <ChoiceField
          name="module"
          label="Module"
          value={params.given.module?.join(',')}
          options={modules.map((module) => ({
            value: module.id,
            label: module.twin ? `${module.name} (${module.id})` : module.name,
          }))}
        />
      )}
    </FilterBar>
  )
}
