import type { ReactNode } from 'react'
import { GroupChips } from '@/components/agents/group-chips'
import { StateField } from '@/components/agents/state-field'
import { Folded, filterField, PairFields, TextField } from '@/components/data-table/filter-bar'
import { HiddenParams } from '@/components/data-table/hidden-params'
import { Button, LinkButton } from '@/components/ui/button'
import { inputClass } from '@/components/ui/field'
import { Icon } from '@/components/ui/icon'
import { cn } from '@/lib/cn'
import type { ListDefinition, ListParams } from '@/lib/list-params'
import { GROUP_COLUMNS, type Group } from '@/lib/mig/agents/groups'
import type { Module } from '@/lib/mig/modules/queries'
import { StoredChips } from './stored-chips'

type EndpointFilters = { name?: string; os?: string; version?: string; module?: string[]; in?: Group[] }

const MORE = ['version', 'tag', 'group']

/** The filters of a matrix as one GET form. `fixed` are the filters that say which matrix it is: clearing keeps them. */
export function MatrixFilters<F>({
  list,
  params,
  modules,
  fixed = [],
  rows,
  people,
  before,
}: {
  list: ListDefinition<F>
  params: ListParams<F>
  modules: readonly Module[]
  fixed?: string[]
  /** What the rows are: endpoints have a system and a state as well. */
  rows: 'endpoints' | 'investigators'
  /** Whose weights a filter may name. */
  people?: readonly { id: string; name: string }[]
  before?: ReactNode
}) {
  const filters = params.filters as EndpointFilters
  const own =
    rows === 'endpoints'
      ? ['name', 'os', 'state', 'module', 'agent', 'rule', 'weight', 'queueloc', 'env', 'in', ...MORE]
      : ['name', 'module']
  const isFiltered = own.some((name) => params.given[name] && !fixed.includes(name))
  const cleared = Object.fromEntries(Object.entries(params.given).filter(([name]) => fixed.includes(name)))
  const set = [
    ...(before ? fixed : []),
    'edit',
    'row',
    'name',
    'os',
    'state',
    'module',
    ...(rows === 'endpoints' ? MORE : []),
  ]
  const canGroup = Object.hasOwn(list.filters as object, 'group')
  return (
    <search className="no-print">
      {/* The key: fields keep what was typed over a soft navigation, so clearing would leave them filled. */}
      <form key={JSON.stringify(params.given)} action={list.path} className="flex flex-wrap items-end gap-2">
        <HiddenParams list={list} params={params} except={set} />
        <Folded isOpen={isFiltered || before !== undefined}>
          {before}
          <TextField name="name" label="Name" value={filters.name} width="w-36" />
          {rows === 'endpoints' && (
            <>
              <TextField name="os" label="System" value={filters.os} width="w-28" />
              <StateField given={params.given.state} />
              <TextField name="version" label="Version" value={filters.version} width="w-28" />
              <PairFields name="tag" given={params.given.tag} width="w-36" />
              {canGroup && (
                <label className={cn(filterField, 'w-40')}>
                  Rows by
                  <input
                    type="search"
                    name="group"
                    list="matrix-groups"
                    defaultValue={params.given.group?.[0] ?? ''}
                    placeholder="os, tag:KEY"
                    autoComplete="off"
                    className={inputClass}
                  />
                  <datalist id="matrix-groups">
                    {Object.entries(GROUP_COLUMNS).map(([value, label]) => (
                      <option key={value} value={value}>
                        {label}
                      </option>
                    ))}
                  </datalist>
                </label>
              )}
            </>
          )}
          {!fixed.includes('module') && <ModuleChoice modules={modules} chosen={filters.module} />}
          <Button type="submit">Show</Button>
          {isFiltered && (
            <LinkButton kind="quiet" href={list.href({ ...params, given: cleared })}>
              Clear filters
            </LinkButton>
          )}
        </Folded>
      </form>
      {filters.in && (
        <div className="pt-2">
          <GroupChips list={list as never} params={params as never} groups={filters.in} />
        </div>
      )}
      <StoredChips list={list} params={params} modules={modules} people={people} />
    </search>
  )
}

function ModuleChoice({ modules, chosen }: { modules: readonly Module[]; chosen?: string[] }) {
  return (
    <details className="relative">
      <summary className="inline-flex h-8 items-center gap-1.5 rounded-md border border-line bg-raised px-2.5 text-ink text-xs hover:bg-hover">
        <Icon name="columns" className="size-3.5" />
        {chosen ? `${chosen.length} of ${modules.length} modules` : 'All modules'}
      </summary>
      <fieldset className="absolute left-0 z-20 mt-1 flex max-h-80 min-w-48 flex-col gap-1.5 overflow-y-auto rounded-md border border-line bg-raised p-3 shadow-overlay max-sm:right-0">
        <legend className="sr-only">Modules shown</legend>
        {modules.map((module) => (
          <label key={module.id} className="flex items-center gap-2 text-sm">
            <input
              type="checkbox"
              name="module"
              value={module.id}
              defaultChecked={chosen?.includes(module.id) ?? false}
              className="size-4 accent-accent-solid"
            />
            {module.name}
          </label>
        ))}
      </fieldset>
    </details>
  )
}
