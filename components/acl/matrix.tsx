import type { ReactNode } from 'react'
import { Badge } from '@/components/ui/badge'
import { Icon } from '@/components/ui/icon'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { cn } from '@/lib/cn'
import { Cell, MARKS, SensitiveMark } from './cell'
import type { GridColumn, GridRow } from './grid/grid-data'
import { RowHead } from './row-head'
import { SoftLinks } from './soft-links'

/** The cell whose form is open below its row. */
export type OpenCell = { row: string; column: string; form: ReactNode }

// Said once for all cells: hundreds of them would repeat it.
const CELLS = cn(
  '[&_td]:h-row [&_td]:border-line [&_td]:border-t [&_td]:border-l [&_td]:p-0 [&_td]:text-center [&_td]:tabular-nums',
  '[&_[data-cell]]:relative [&_[data-cell]]:block [&_[data-cell]]:h-row [&_[data-cell]]:min-w-14 [&_[data-cell]]:px-2',
  '[&_[data-cell]]:whitespace-nowrap [&_[data-cell]]:font-medium [&_[data-cell]]:leading-(--spacing-row)',
  '[&_a[data-cell]]:-outline-offset-2 [&_a[data-cell]:hover]:bg-hover',
  'max-md:[&_td]:items-center max-md:[&_td]:justify-between max-md:[&_td]:border-l-0 max-md:[&_td]:pl-6 max-md:[&_td]:text-left',
  'max-md:[&_[data-cell]]:min-w-28 max-md:[&_[data-cell]]:text-right max-md:[&_[data-cell]]:px-3',
  MARKS,
)

/** On a phone one row at a time shows its cells: which, null for the first, and where the others open. */
export type PhoneRow = { row: string | null; href: (row: string) => string }

/**
 * A matrix as a table, with sticky heads; it scrolls in itself, so that the heads stay in sight. On a phone it is a list of its
 * rows, one of them open with its cells below each other.
 */
export function Matrix({
  caption,
  corner,
  columns,
  rows,
  cellHref,
  open,
  phone,
  empty,
}: {
  caption: string
  corner: string
  columns: readonly GridColumn[]
  rows: readonly GridRow[]
  /** The address of a cell's form, `row.column`; null where the viewer may not write. */
  cellHref: ((place: string) => string) | null
  open: OpenCell | null
  phone: PhoneRow
  empty: ReactNode
}) {
  const own = rows.filter((row) => !row.locked).map((row) => row.id)
  const unfolded = [open?.row, phone.row].find((id) => own.some((one) => one === id)) ?? own[0]
  return (
    <SoftLinks className="overflow-auto rounded-md border border-line bg-surface scroll-pt-row md:max-h-[max(24rem,calc(100dvh-17rem))] print:max-h-none print:overflow-visible">
      <table className="border-separate border-spacing-0 text-sm max-md:block max-md:[&_:is(tbody,tr,th)]:block">
        <caption className="sr-only">{caption}</caption>
        <thead className="max-md:hidden">
          <tr>
            <th
              scope="col"
              className="sticky top-0 left-0 z-3 h-row w-72 min-w-40 bg-surface px-3 text-left font-medium text-muted text-xs shadow-[inset_0_-1px_var(--line)]"
            >
              {corner}
            </th>
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                className="sticky top-0 z-2 h-row min-w-16 whitespace-nowrap border-line border-l bg-surface px-2 text-center font-medium text-muted text-xs shadow-[inset_0_-1px_var(--line)]"
              >
                <ColumnHead column={column} />
              </th>
            ))}
            {/* Takes up what is left of a wide window, so that cells keep their size. */}
            <td aria-hidden="true" className="w-full border-line border-l print:hidden" />
          </tr>
        </thead>
        <tbody className={CELLS}>
          {rows.map((row) => (
            <MatrixLine
              key={row.locked ? 'locked' : row.id}
              row={row}
              columns={columns}
              cellHref={row.locked ? null : cellHref}
              open={!row.locked && open?.row === row.id ? open : null}
              phoneHref={row.locked || row.id === unfolded ? null : `${phone.href(row.id)}#row-${row.id}`}
              isUnfolded={!row.locked && row.id === unfolded}
            />
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <div className="sticky left-0 border-line border-t px-4 py-10 text-center">{empty}</div>}
    </SoftLinks>
  )
}

/** The head of a column: a module that leads to its actions, or an investigator. */
export function ColumnHead({ column, tabIndex }: { column: GridColumn; tabIndex?: number }) {
  const { id, name, kind, twin, sensitive, disabled } = column
  if (kind === 'person')
    return (
      <span className="inline-flex items-center gap-1">
        <TextLink href={`/investigators/${id}`} tabIndex={tabIndex} className="text-muted hover:text-ink">
          <bdi>{visibleText(name)}</bdi>
        </TextLink>
        {disabled && <Badge title="Disabled: counts 0">off</Badge>}
      </span>
    )
  // No operation names it: it stands in for modules without a rule of their own.
  if (name === 'default' && !twin) return <bdi>{name}</bdi>
  if (!twin)
    return (
      <span className="inline-flex items-center gap-1">
        <TextLink
          href={`/actions?module=${encodeURIComponent(name)}`}
          title={`Actions that run ${visibleText(name)}`}
          tabIndex={tabIndex}
          className="text-muted hover:text-ink"
        >
          <bdi>{visibleText(name)}</bdi>
        </TextLink>
        {sensitive && <SensitiveMark />}
      </span>
    )
  return (
    <span
      className="inline-flex items-center gap-1 text-attention"
      title={`Two modules are named ${visibleText(name)} (this one is ${id}): the tables do not say whose rules hold.`}
    >
      <bdi>{visibleText(name)}</bdi>
      <Icon name="alert" className="size-3.5" />
      <span className="sr-only">shares its name with another module</span>
    </span>
  )
}

function MatrixLine({
  row,
  columns,
  cellHref,
  open,
  phoneHref,
  isUnfolded,
}: {
  row: GridRow
  columns: readonly GridColumn[]
  cellHref: ((place: string) => string) | null
  open: OpenCell | null
  /** Where a phone unfolds the row; null where it is, or holds nothing to unfold. */
  phoneHref: string | null
  isUnfolded: boolean
}) {
  return (
    <>
      <tr
        id={isUnfolded ? `row-${row.id}` : undefined}
        className={cn(
          'scroll-mt-20',
          isUnfolded ? 'max-md:[&>td]:flex' : 'max-md:[&>td]:hidden',
          row.locked && 'bg-sunken',
        )}
      >
        <th
          scope="row"
          className={cn(
            'sticky left-0 z-1 h-row max-w-[min(22rem,60vw)] border-line border-t px-3 text-left font-normal',
            'max-md:flex! max-md:h-auto max-md:min-h-10 max-md:max-w-none max-md:flex-wrap max-md:items-center max-md:justify-between max-md:gap-x-3',
            row.locked ? 'bg-sunken' : 'bg-surface',
          )}
        >
          <RowHead row={row} />
          {phoneHref && (
            <TextLink href={phoneHref} className="inline-flex min-h-6 items-center text-xs md:hidden">
              Rules<span className="sr-only"> of {visibleText(row.name)}</span>
            </TextLink>
          )}
        </th>
        {columns.map((column) => {
          const view = row.cells[column.id]
          const place = `${row.id}.${column.id}`
          return (
            <td key={column.id}>
              {isUnfolded && (
                <span className="md:hidden">
                  <ColumnHead column={column} />
                </span>
              )}
              {view && (
                <Cell
                  view={view}
                  place={row.locked ? undefined : place}
                  href={cellHref?.(place) ?? null}
                  open={open?.column === column.id}
                />
              )}
            </td>
          )
        })}
        <td aria-hidden="true" className="max-md:hidden! print:hidden" />
      </tr>
      {open && (
        <tr className="bg-accent-tint max-md:[&>td]:block">
          <td
            colSpan={columns.length + 2}
            className="border-l-0! p-0! text-left! max-md:h-auto! shadow-[inset_0_1px_var(--accent),inset_0_-1px_var(--accent)]"
          >
            <div className="sticky left-0 w-fit max-w-[calc(100vw-2.5rem)] px-3 py-3">{open.form}</div>
          </td>
        </tr>
      )}
    </>
  )
}
