import { ROW } from './columns'
import { HEAD } from './grid-rows'
import type { Range } from './selection'

/** The frame around what is selected, with the handle that fills. */
export function SelectionBox({
  range,
  starts,
  canFill,
}: {
  range: Range
  starts: readonly number[]
  canFill: boolean
}) {
  const { top, left, bottom, right } = range
  const from = starts[left] ?? 0
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute z-1 border border-accent bg-accent/10"
      style={{
        top: top * ROW,
        left: HEAD + from,
        width: (starts[right + 1] ?? 0) - from + 1,
        height: (bottom - top + 1) * ROW + 1,
      }}
    >
      {canFill && (
        <span
          data-handle=""
          title="Drag to fill"
          className="pointer-events-auto absolute -right-1 -bottom-1 size-2 cursor-crosshair border border-surface bg-accent"
        />
      )}
    </div>
  )
}
