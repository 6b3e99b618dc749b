import { Button } from '@/components/ui/button'
import { Icon } from '@/components/ui/icon'
import type { ListDefinition, ListParams } from '@/lib/list-params'
import { HiddenParams } from './hidden-params'

/** Which columns a list shows: a form in a disclosure, kept in the URL, so it works without scripts and travels with a link. */
export function ColumnChooser<F>({
  list,
  params,
  path,
  columns,
  shown,
}: {
  list: ListDefinition<F>
  params: ListParams<F>
  path: string
  columns: { id: string; header: string }[]
  shown: string[]
}) {
  if (columns.length < 3) return null
  return (
    <details className="relative ml-auto print:hidden">
      <summary className="inline-flex cursor-pointer items-center gap-1.5 rounded-md px-2 py-1 hover:bg-hover">
        <Icon name="columns" className="size-3.5" />
        Columns
      </summary>
      <form
        action={path}
        className="absolute right-0 bottom-full z-20 mb-1 flex min-w-48 flex-col gap-1 rounded-md border border-line bg-raised p-3 shadow-overlay"
      >
        <HiddenParams list={list} params={params} except={['columns']} />
        <input type="hidden" name="columns" value={columns[0]?.id} />
        {columns.map((column, i) => (
          <label key={column.id} className="flex items-center gap-2 text-ink">
            <input
              type="checkbox"
              name={i === 0 ? undefined : 'columns'}
              value={column.id}
              defaultChecked={shown.includes(column.id)}
              disabled={i === 0}
            />
            {column.header}
          </label>
        ))}
        <Button type="submit" size="sm" className="mt-2">
          Show these
        </Button>
      </form>
    </details>
  )
}
