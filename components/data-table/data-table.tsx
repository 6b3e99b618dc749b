import Link from 'next/link'
import type { ReactNode } from 'react'
import { Icon } from '@/components/ui/icon'
import { cn } from '@/lib/cn'
import type { ListDefinition, ListParams } from '@/lib/list-params'
import type { Page } from '@/lib/page'
import { ColumnChooser } from './column-chooser'
import { Pager } from './pager'

export type Column<Row> = {
  id: string
  header: string
  cell: (row: Row) => ReactNode
  /** The list's sort key that this column sorts by. */
  sort?: string
  align?: 'right'
  /** Not shown until the reader chooses it. */
  hidden?: boolean
  /** As the first column: as narrow as its text, for a figure. */
  narrow?: boolean
  className?: string
}

/** A list's table: sort and pages are links, so it works before scripts load and the URL is the whole state. The first column names the row and stays. */
export function DataTable<Row, F>({
  list,
  params,
  page,
  columns,
  rowKey,
  rowHref,
  caption,
  empty,
  exportable = true,
  path = list.path,
}: {
  list: ListDefinition<F>
  params: ListParams<F>
  page: Page<Row>
  columns: Column<Row>[]
  rowKey: (row: Row) => string
  /** Where the whole row leads; its first cell holds the real link. null for a row that leads nowhere. */
  rowHref?: (row: Row) => string | null
  caption: string
  empty: ReactNode
  exportable?: boolean
  path?: string
}) {
  const shown = shownColumns(columns, params)
  return (
    <div className="flex min-w-0 flex-col gap-2">
      {/* Its own scroller on wide windows, so that the header, the first column and the pager stay in sight. */}
      <div className="overflow-auto rounded-md border border-line bg-surface scroll-pt-row [&_td_a]:scroll-ml-[min(22rem,60vw)] md:max-h-[max(24rem,calc(100dvh-15rem))] print:max-h-none print:overflow-visible">
        <table className="w-full border-separate border-spacing-0 text-sm">
          <caption className="sr-only">{caption}</caption>
          <thead>
            <tr>
              {shown.map((column, i) => (
                <HeaderCell key={column.id} column={column} list={list} params={params} first={i === 0} path={path} />
              ))}
            </tr>
          </thead>
          <tbody>
            {page.rows
              .map((row) => ({ row, href: rowHref?.(row) ?? null }))
              .map(({ row, href }) => (
                <tr
                  key={rowKey(row)}
                  className={cn('group/row', href && 'relative hover:bg-hover has-[a:focus-visible]:bg-hover')}
                >
                  {shown.map((column, i) =>
                    i === 0 ? (
                      <th
                        key={column.id}
                        scope="row"
                        className={cn(
                          'sticky left-0 z-1 h-row max-w-[min(22rem,60vw)] truncate border-line border-t bg-surface px-3 text-left font-normal',
                          href && 'group-hover/row:bg-hover',
                          column.className,
                        )}
                      >
                        {href ? (
                          <Link
                            href={href}
                            prefetch={false}
                            className="text-accent after:absolute after:inset-0 after:content-[''] hover:underline"
                          >
                            {column.cell(row)}
                          </Link>
                        ) : (
                          column.cell(row)
                        )}
                      </th>
                    ) : (
                      <td
                        key={column.id}
                        className={cn(
                          'h-row max-w-[24rem] truncate border-line border-t px-3',
                          column.align === 'right' && 'text-right tabular-nums',
                          href && '[&_a]:relative [&_a]:z-1',
                          column.className,
                        )}
                      >
                        {column.cell(row)}
                      </td>
                    ),
                  )}
                </tr>
              ))}
          </tbody>
        </table>
        {page.rows.length === 0 && <div className="border-line border-t">{empty}</div>}
      </div>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 text-xs text-muted">
        <Pager list={list} params={params} page={page} path={path} exportable={exportable} />
        <ColumnChooser list={list} params={params} path={path} columns={columns} shown={shown.map((c) => c.id)} />
      </div>
    </div>
  )
}

function shownColumns<Row>(columns: Column<Row>[], params: { columns: string[] | null }): Column<Row>[] {
  const chosen = params.columns
  if (!chosen) return columns.filter((c) => !c.hidden)
  return columns.filter((c, i) => i === 0 || chosen.includes(c.id))
}

function HeaderCell<Row, F>({
  column,
  list,
  params,
  first,
  path,
}: {
  column: Column<Row>
  list: ListDefinition<F>
  params: ListParams<F>
  first: boolean
  path: string
}) {
  const active = column.sort !== undefined && column.sort === params.sort.key
  return (
    <th
      scope="col"
      aria-sort={active ? (params.sort.descending ? 'descending' : 'ascending') : undefined}
      className={cn(
        'sticky top-0 z-2 h-row whitespace-nowrap bg-surface px-3 text-left font-medium text-muted text-xs shadow-[inset_0_-1px_var(--line)]',
        column.align === 'right' && 'text-right',
        first && 'left-0 z-3',
        first && !column.narrow && 'min-w-48',
      )}
    >
      {column.sort ? (
        <Link
          href={list.href(
            params,
            { sort: { key: column.sort, descending: active ? !params.sort.descending : true } },
            path,
          )}
          prefetch={false}
          className={cn('inline-flex items-center gap-1 hover:text-ink', active && 'text-ink')}
        >
          {column.header}
          <Icon name={!active ? 'sort' : params.sort.descending ? 'arrow-down' : 'arrow-up'} className="size-3.5" />
        </Link>
      ) : (
        column.header
      )}
    </th>
  )
}
