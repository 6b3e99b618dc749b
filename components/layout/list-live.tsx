import type { ListDefinition, ListParams } from '@/lib/list-params'
import { type Page, printCursor } from '@/lib/page'
import { Live } from './live'

/** A list's "as of": on its first page it says how many rows are new and moves none; other pages redraw in place. */
export function ListLive<Row, F>({
  list,
  params,
  page,
  now,
  path = list.path,
}: {
  list: ListDefinition<F>
  params: ListParams<F>
  page: Page<Row>
  now: { mig: string; fixed: boolean }
  path?: string
}) {
  const onFirst = !params.after && !params.before
  if (!onFirst || !page.first) return <Live now={now} />
  const ask = list.href(params, {}, `${path}/new`)
  return (
    <Live
      now={now}
      watch={{
        mode: 'count',
        href: `${ask}${ask.includes('?') ? '&' : '?'}than=${printCursor(page.first)}`,
        fresh: list.href(params, {}, path),
      }}
    />
  )
}
