import type { ListDefinition, ListParams } from '@/lib/list-params'

/** The list's URL state as hidden fields, for a GET form that changes only a part of it; the page always starts anew. */
export function HiddenParams<F>({
  list,
  params,
  except = [],
}: {
  list: ListDefinition<F>
  params: ListParams<F>
  except?: string[]
}) {
  const query = new URL(list.href(params), 'http://list').searchParams
  return [...query.entries()]
    .filter(([name]) => name !== 'view' && !except.includes(name))
    .map(([name, value], i) => <input key={`${name}-${i}`} type="hidden" name={name} value={value} />)
}
