import { GroupChips } from '@/components/agents/group-chips'
import { StateField } from '@/components/agents/state-field'
import { ChoiceField, PairFields, TextField } from '@/components/data-table/filter-bar'
import { HiddenParams } from '@/components/data-table/hidden-params'
import { Button, LinkButton } from '@/components/ui/button'
import type { ListParams } from '@/lib/list-params'
import type { Person } from '@/lib/mig/acl/endpoints'
import { bulkList } from '@/lib/mig/acl/search-params'
import type { Module } from '@/lib/mig/modules/queries'
import { Choices } from './choices'
import { StoredChips } from './stored-chips'

type Params = ListParams<(typeof bulkList)['filters']>

const FIELDS = ['do', 'table', 'module', 'investigator', 'value', 'only']
const ENDPOINTS = ['name', 'queueloc', 'os', 'version', 'state', 'id', 'tag', 'env']

/** Which cells, and what becomes of them, as one GET form. */
export function BulkQuestion({
  params,
  modules,
  people,
}: {
  params: Params
  modules: readonly Module[]
  people: readonly Person[]
}) {
  const { filters, given } = params
  return (
    <search className="no-print">
      <form key={JSON.stringify(given)} action={bulkList.path} className="flex flex-col gap-3">
        <HiddenParams list={bulkList} params={params} except={[...FIELDS, ...ENDPOINTS]} />
        <fieldset className="flex flex-wrap items-end gap-2">
          <legend className="mb-1 font-medium text-sm">What becomes of the cells</legend>
          <ChoiceField
            name="do"
            label="Change"
            any={null}
            value={filters.do}
            options={[
              { value: 'set', label: 'set a value' },
              { value: 'remove', label: 'remove the rules' },
              { value: 'carry-over', label: 'carry over what was left behind' },
            ]}
          />
          <ChoiceField
            name="table"
            label="Of"
            any={filters.do === 'carry-over' ? 'both tables' : null}
            value={filters.table ?? (filters.do === 'carry-over' ? '' : 'agtmodreq')}
            options={[
              { value: 'agtmodreq', label: 'minimum weights' },
              { value: 'invagtmodperm', label: "investigators' weights" },
            ]}
          />
          <TextField name="value" label="Value" value={given.value?.[0]} width="w-24" />
          <ChoiceField
            name="only"
            label="Cells"
            any={null}
            value={filters.only}
            options={[
              { value: 'all', label: 'all' },
              { value: 'unset', label: 'only those without a rule' },
              { value: 'set', label: 'only those with a rule' },
            ]}
          />
        </fieldset>
        <div className="grid gap-3 md:grid-cols-2">
          <Choices
            legend="Modules"
            name="module"
            choices={modules.map((m) => ({ id: m.id, label: m.name, note: m.twin ? `(${m.id})` : undefined }))}
            chosen={filters.module ?? []}
          />
          <Choices
            legend="Investigators, for weights"
            name="investigator"
            choices={people.map((p) => ({ id: p.id, label: p.name, note: p.disabled ? '(disabled)' : undefined }))}
            chosen={filters.investigator ?? []}
          />
        </div>
        <fieldset className="flex flex-wrap items-end gap-2">
          <legend className="mb-1 font-medium text-sm">On which endpoints</legend>
          <TextField name="name" label="Name" value={filters.name} />
          <TextField name="os" label="System" value={filters.os} width="w-28" />
          <StateField given={given.state} />
          <TextField name="version" label="Version" value={filters.version} width="w-32" />
          <PairFields name="tag" given={given.tag} />
          <PairFields name="env" given={given.env} width="w-52" />
          <TextField name="queueloc" label="Queue" value={filters.queueloc} />
          <TextField name="id" label="Agent id" value={given.id?.[0]} width="w-44" />
        </fieldset>
        {filters.in && <GroupChips list={bulkList} params={params} groups={filters.in} />}
        <StoredChips list={bulkList} params={params} modules={modules} people={people} />
        <div className="flex gap-2">
          <Button type="submit" kind="primary">
            Count the cells
          </Button>
          {Object.keys(given).length > 0 && (
            <LinkButton kind="quiet" href={bulkList.path}>
              Ask anew
            </LinkButton>
          )}
        </div>
      </form>
    </search>
  )
}
