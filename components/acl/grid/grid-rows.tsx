import type { ReactNode } from 'react'
import { Badge } from '@/components/ui/badge'
import { Icon } from '@/components/ui/icon'
import { visibleText } from '@/components/ui/visible-text'
import { cn } from '@/lib/cn'
import { formatNumber } from '@/lib/format'
import { cellMark, cellTone, NoRule, SensitiveMark } from '../cell'
import type { CellView } from '../cell-view'
import { RowHead } from '../row-head'
import type { StagedCell } from './changes'
import { columnTitle, ROW } from './columns'
import type { GridColumn, GridRow } from './grid-data'

/** Pixels of the rows' heads. */
export const HEAD = 288

const HEADS = 'flex items-center border-line bg-surface text-muted text-xs font-medium'

/** The row of the columns' heads. A click on one selects its column. */
export function GridHeadRow({
  corner,
  columns,
  shown,
  starts,
  selected,
}: {
  corner: string
  columns: readonly GridColumn[]
  shown: readonly number[]
  starts: readonly number[]
  /** The first and the last selected column. */
  selected: readonly [number, number]
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a grid of windows has no table
    // biome-ignore lint/a11y/useFocusableInteractive: the cells of the body have the focus
    <div
      role="row"
      aria-rowindex={1}
      className="sticky top-0 z-3 border-line-strong border-b bg-surface"
      style={{ height: ROW, width: HEAD + (starts.at(-1) ?? 0) }}
    >
      {/* biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: as above */}
      <div
        role="columnheader"
        aria-colindex={1}
        className={cn(HEADS, 'sticky left-0 z-1 h-full px-3')}
        style={{ width: HEAD }}
      >
        {corner}
      </div>
      {shown.map((place) => {
        const column = columns[place]
        if (!column) return null
        const left = starts[place] ?? 0
        const isSelected = place >= selected[0] && place <= selected[1]
        return (
          // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: as above
          <div
            key={column.id}
            role="columnheader"
            aria-colindex={place + 2}
            title={columnTitle(column)}
            className={cn(
              HEADS,
              'absolute top-0 h-full cursor-pointer justify-center gap-1 border-l px-2 whitespace-nowrap',
              isSelected && 'bg-accent-tint text-accent',
              column.twin && 'text-attention',
            )}
            style={{ left: HEAD + left, width: (starts[place + 1] ?? 0) - left }}
          >
            <bdi className="truncate">{visibleText(column.name)}</bdi>
            {column.twin && <Icon name="alert" className="size-3.5" />}
            {column.sensitive && <SensitiveMark />}
            {column.disabled && <Badge>off</Badge>}
          </div>
        )
      })}
    </div>
  )
}

/** What a row shows of the selection: which columns, which cell has the focus, and what stands in it while it is typed into. */
export type RowFocus = { from: number; to: number; active: number | null; editor: ReactNode }

/** One row: its head, and the cells that are in sight. */
export function GridLine({
  place,
  row,
  columns,
  shown,
  starts,
  focus,
  stagedAt,
  canEdit,
  shift,
}: {
  place: number
  row: GridRow | null
  columns: readonly GridColumn[]
  shown: readonly number[]
  starts: readonly number[]
  focus: RowFocus
  stagedAt: (row: GridRow, column: GridColumn) => { view: CellView | undefined; staged?: StagedCell }
  canEdit: boolean
  /** How far from the top of the rows, in pixels. */
  shift: number
}) {
  const isSelected = focus.to >= focus.from
  return (
    // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: a grid of windows has no table
    <div
      role="row"
      aria-rowindex={place + 2}
      className={cn('absolute left-0 border-line border-r', row?.locked && 'bg-sunken')}
      style={{ top: shift, height: ROW, width: HEAD + (starts.at(-1) ?? 0) }}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div
        role="rowheader"
        aria-colindex={1}
        tabIndex={focus.active === -1 ? 0 : -1}
        data-active={focus.active === -1 || undefined}
        className={cn(
          'sticky left-0 z-2 flex h-full cursor-pointer items-center overflow-hidden border-line border-t px-3 text-sm [&>*]:min-w-0 [&>*]:flex-1',
          row?.locked ? 'bg-sunken' : 'bg-surface',
          isSelected && 'shadow-[inset_3px_0_var(--accent)]',
          focus.active === -1 && 'outline-2 outline-accent -outline-offset-2',
        )}
        style={{ width: HEAD }}
      >
        {row ? <RowHead row={row} tabIndex={-1} /> : <span className="text-faint">Loading</span>}
      </div>
      {shown.map((columnPlace) => {
        const column = columns[columnPlace]
        if (!column) return null
        const left = starts[columnPlace] ?? 0
        const isActive = focus.active === columnPlace
        const { view, staged } = row ? stagedAt(row, column) : {}
        return (
          // biome-ignore lint/a11y/useSemanticElements: as above
          <div
            key={column.id}
            role="gridcell"
            aria-colindex={columnPlace + 2}
            aria-selected={columnPlace >= focus.from && columnPlace <= focus.to}
            aria-readonly={!canEdit || row?.locked ? true : undefined}
            tabIndex={isActive ? 0 : -1}
            data-active={isActive || undefined}
            title={view && cellTitle(view, staged)}
            className={cn(
              'absolute top-0 flex h-full cursor-cell items-center justify-center border-line border-t border-l px-1 font-medium text-sm tabular-nums',
              staged ? 'bg-accent-tint shadow-[inset_0_0_0_1px_var(--accent)]' : view && cellTone(view),
              isActive && 'z-1 outline-2 outline-accent -outline-offset-2',
            )}
            style={{ left: HEAD + left, width: (starts[columnPlace + 1] ?? 0) - left }}
          >
            {isActive && focus.editor}
            <span className="truncate">
              {staged ? <StagedMark staged={staged} now={view?.own ?? null} /> : view && cellMark(view)}
            </span>
          </div>
        )
      })}
    </div>
  )
}

function cellTitle(view: CellView, staged: StagedCell | undefined): string {
  const label = visibleText(view.label)
  if (!staged) return label
  const { seen, value } = staged.change
  const now = view.own ?? null
  const words = (weight: number | null) => (weight === null ? 'no rule' : formatNumber(weight))
  const moved = now === seen ? '' : ` Somebody made it ${words(now)} since.`
  return `${label} Changed here from ${words(seen)} to ${words(value)}, not saved.${moved}`
}

function StagedMark({ staged, now }: { staged: StagedCell; now: number | null }) {
  const { seen, value } = staged.change
  return (
    <>
      {now !== seen && <Icon name="alert" className="mr-0.5 size-3.5 text-attention" />}
      <span className="text-accent">{value === null ? <NoRule /> : formatNumber(value)}</span>
      <span className="sr-only"> not saved, was </span>
      <s>{seen === null ? <NoRule /> : formatNumber(seen)}</s>
    </>
  )
}
