import Link from 'next/link'
import { cn } from '@/lib/cn'
import { formatNumber } from '@/lib/format'
import type { ListDefinition, ListParams } from '@/lib/list-params'
import type { Page, Total } from '@/lib/page'

/** "1,234" or "more than 10,000": a count in words that never claims more than was counted. */
export function totalInWords(total: Total): string {
  return total.more ? `more than ${formatNumber(total.count)}` : formatNumber(total.count)
}

/** Under a list: how many rows, the pages as links, the page size, and the exports of exactly this list. */
export function Pager<Row, F>({
  list,
  params,
  page,
  path,
  exportable,
  of,
}: {
  list: ListDefinition<F>
  params: ListParams<F>
  page: Page<Row>
  path: string
  exportable: boolean
  /** What the rows are, where the export holds a line for something else. */
  of?: string
}) {
  const exportHref = (format: string) => {
    const href = list.href(params, {}, `${path}/export`)
    return `${href}${href.includes('?') ? '&' : '?'}format=${format}`
  }
  const whole = !page.next && !page.previous
  return (
    <nav aria-label="Pages" className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <span data-testid={of ? undefined : 'total'}>
        {whole
          ? `${formatNumber(page.total.count)}${of ? ` ${of}` : ''} in all`
          : `${formatNumber(page.rows.length)} of ${totalInWords(page.total)}${of ? ` ${of}` : ''}`}
      </span>
      {!whole && (
        <span className="flex items-center gap-3 print:hidden">
          {page.previous ? (
            <>
              <Link className="text-accent hover:underline" href={list.href(params, {}, path)} prefetch={false}>
                First
              </Link>
              <Link
                className="text-accent hover:underline"
                rel="prev"
                href={list.href(params, { before: page.previous }, path)}
                prefetch={false}
              >
                Previous
              </Link>
            </>
          ) : null}
          {page.next ? (
            <Link
              className="text-accent hover:underline"
              rel="next"
              href={list.href(params, { after: page.next }, path)}
              prefetch={false}
            >
              Next
            </Link>
          ) : null}
        </span>
      )}
      {page.total.count > (list.sizes[0] ?? 0) && (
        <span className="flex items-center gap-1 print:hidden">
          <span className="mr-1">Rows</span>
          {list.sizes.map((size) => (
            <Link
              key={size}
              href={list.href(params, { size }, path)}
              prefetch={false}
              aria-current={size === params.size ? 'true' : undefined}
              className={cn(
                'inline-flex h-6 min-w-6 items-center justify-center',
                size === params.size ? 'font-medium text-ink' : 'text-accent hover:underline',
              )}
            >
              {formatNumber(size)}
            </Link>
          ))}
        </span>
      )}
      {exportable && (
        <span className="flex items-center gap-2 print:hidden">
          <span>Export</span>
          <a className="text-accent hover:underline" href={exportHref('csv')} download>
            CSV
          </a>
          <a className="text-accent hover:underline" href={exportHref('ndjson')} download>
            NDJSON
          </a>
        </span>
      )}
    </nav>
  )
}
