import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { type Changes, redo, undo } from './changes'

const KEYS: [keys: string, what: string][] = [
  ['Arrows', 'move; with Ctrl to the edge, with Shift select'],
  ['Tab', 'next cell of the row; at its end out of the grid'],
  ['Home, End', 'first and last cell of the row; with Ctrl of the grid'],
  ['Page Up, Page Down', 'as many rows as are in sight'],
  ['Enter, F2', 'edit; then Enter goes down, Ctrl+Enter writes to all selected'],
  ['Digits', 'replace; Esc gives up'],
  ['Delete', 'no rule, which is not 0'],
  ['Ctrl+D, Ctrl+R', 'fill down, fill right'],
  ['Shift+Space, Ctrl+Space', 'whole row, whole column of the rows loaded'],
  ['Ctrl+C, X, V', 'copy, cut, paste, to and from spreadsheets'],
  ['Ctrl+Z, Ctrl+Y', 'undo, redo'],
]

/** Above the grid: what there is by mouse, what was done last, and the keys. */
export function GridTools({
  canEdit,
  said,
  changes,
  onChanges,
  onFillDown,
  onFillRight,
  onCarryOver,
}: {
  canEdit: boolean
  said: string
  changes: Changes
  onChanges: (change: (before: Changes) => Changes) => void
  onFillDown: () => void
  onFillRight: () => void
  onCarryOver: () => void
}) {
  return (
    <div className="flex min-h-7 flex-wrap items-center gap-x-2 gap-y-1 text-muted text-xs">
      {canEdit && (
        <div role="toolbar" aria-label="Grid" className="flex flex-wrap items-center gap-1">
          <Tool disabled={changes.done.length === 0} onClick={() => onChanges(undo)}>
            Undo
          </Tool>
          <Tool disabled={changes.undone.length === 0} onClick={() => onChanges(redo)}>
            Redo
          </Tool>
          <Tool onClick={onFillDown}>Fill down</Tool>
          <Tool onClick={onFillRight}>Fill right</Tool>
          <Tool onClick={onCarryOver} title="Set, on the newest row, what older rows of the selected cells say">
            Carry over
          </Tool>
        </div>
      )}
      <span role="status" className="min-w-0 flex-1 truncate tabular-nums">
        {said}
      </span>
      <details className="relative">
        <summary className="cursor-pointer rounded-sm px-1.5 py-1 hover:bg-hover hover:text-ink">Keys</summary>
        <dl className="absolute right-0 z-20 mt-1 grid w-max max-w-[min(32rem,90vw)] grid-cols-[auto_1fr] gap-x-4 gap-y-1 rounded-md border border-line bg-raised p-3 shadow-overlay">
          {KEYS.map(([keys, what]) => (
            <Key key={keys} keys={keys}>
              {what}
            </Key>
          ))}
        </dl>
      </details>
    </div>
  )
}

function Tool({ children, ...rest }: { children: ReactNode; disabled?: boolean; onClick: () => void; title?: string }) {
  return (
    <Button size="sm" kind="quiet" {...rest}>
      {children}
    </Button>
  )
}

function Key({ keys, children }: { keys: string; children: ReactNode }) {
  return (
    <>
      <dt className="font-medium text-ink">{keys}</dt>
      <dd>{children}</dd>
    </>
  )
}
