import { HiddenParams } from '@/components/data-table/hidden-params'
import { Button } from '@/components/ui/button'
import { inputClass } from '@/components/ui/field'
import { cn } from '@/lib/cn'
import type { ListParams } from '@/lib/list-params'
import { GROUP_COLUMNS } from '@/lib/mig/agents/groups'
import { agentGroupList, type agentList } from '@/lib/mig/agents/search-params'

/** Keys that agents of all times have in their environment. */
const ENVIRONMENT = ['arch', 'ident', 'init', 'isproxied']

type Params = ListParams<(typeof agentList)['filters'] | (typeof agentGroupList)['filters']>

/** By what the agents of a list are to be grouped: a word, or any key of their tags or environment. */
export function GroupForm({ params, by = '', tagKeys }: { params: Params; by?: string; tagKeys: string[] }) {
  const options = [
    ...Object.entries(GROUP_COLUMNS),
    ...tagKeys.map((key) => [`tag:${key.replace(/[%=]/g, encodeURIComponent)}`, `tag ${key}`]),
    ...ENVIRONMENT.map((key) => [`env:${key}`, `environment ${key}`]),
  ]
  return (
    <form key={by} action={agentGroupList.path} className="flex items-center gap-2 print:hidden">
      <HiddenParams
        list={agentGroupList}
        // Another grouping begins at its own first page, in its own order.
        params={
          { ...params, sort: agentGroupList.defaultSort, columns: null } as ListParams<
            (typeof agentGroupList)['filters']
          >
        }
        except={['by']}
      />
      <label className="flex items-center gap-2 whitespace-nowrap text-muted text-xs">
        Group by
        <input
          name="by"
          list="group-keys"
          defaultValue={by}
          required
          autoComplete="off"
          placeholder="os, tag:KEY, env:KEY"
          className={cn(inputClass, 'w-60')}
        />
      </label>
      <datalist id="group-keys">
        {options.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </datalist>
      <Button type="submit">Group</Button>
    </form>
  )
}
