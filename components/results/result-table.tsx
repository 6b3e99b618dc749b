import type { ReactNode } from 'react'
import { TextLink } from '@/components/ui/text-link'
import { cn } from '@/lib/cn'
import { formatNumber } from '@/lib/format'

/** Where the rows of an answer's main table begin, and the address of the same page from another row on. */
export type Paging = { from: number; href: (from: number) => string }

export type ResultColumn<Row> = {
  header: string
  cell: (row: Row) => ReactNode
  align?: 'right'
  className?: string
}

const SHOWN = 200

/** What an answer holds as a table, 200 rows at a time; without `paging` the rest is left to the stored text. */
export function ResultTable<Row>({
  caption,
  columns,
  rows,
  paging,
}: {
  caption: string
  columns: ResultColumn<Row>[]
  rows: readonly Row[]
  paging?: Paging
}) {
  const from = paging && paging.from < rows.length ? paging.from : 0
  const to = Math.min(rows.length, from + SHOWN)
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <div className="max-h-[34rem] overflow-auto rounded-md border border-line bg-surface print:max-h-none">
        <table className="w-full border-separate border-spacing-0 text-sm">
          <caption className="sr-only">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <th
                  key={column.header}
                  scope="col"
                  className={cn(
                    'sticky top-0 h-row whitespace-nowrap bg-surface px-3 text-left font-medium text-muted text-xs shadow-[inset_0_-1px_var(--line)]',
                    column.align === 'right' && 'text-right',
                  )}
                >
                  {column.header}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(from, to).map((row, i) => (
              <tr key={i} className="hover:bg-hover">
                {columns.map((column) => (
                  <td
                    key={column.header}
                    className={cn(
                      'h-row border-line px-3 py-1 align-top wrap-anywhere [tr+tr>&]:border-t',
                      column.align === 'right' && 'text-right tabular-nums',
                      column.className,
                    )}
                  >
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > SHOWN && (
        <p className="flex flex-wrap gap-x-4 text-xs text-muted">
          <span>
            {formatNumber(from + 1)}–{formatNumber(to)} of {formatNumber(rows.length)}
          </span>
          {paging && from > 0 && <TextLink href={paging.href(Math.max(0, from - SHOWN))}>Previous {SHOWN}</TextLink>}
          {paging && to < rows.length && <TextLink href={paging.href(to)}>Next {SHOWN}</TextLink>}
          {!paging && to < rows.length && <span>the rest is in the stored text</span>}
        </p>
      )}
    </div>
  )
}
