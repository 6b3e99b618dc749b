import { type PointerEvent, type RefObject, useRef, useState } from 'react'
import { columnAt, ROW } from './columns'
import { dragged } from './fill'
import { HEAD } from './grid-rows'
import { moveTo, type Range, rangeOf, type Selection } from './selection'

/** Selecting and filling with a mouse, a pen or a finger. `handle` is what the dragged handle covers at the moment. */
export function usePointer({
  scroller,
  starts,
  size,
  selection,
  topRow,
  onBegin,
  onSelect,
  onFill,
}: {
  scroller: RefObject<HTMLDivElement | null>
  starts: readonly number[]
  size: { rows: number; columns: number }
  selection: Selection
  /** The first row in sight, to which the head of a column leads. */
  topRow: number
  onBegin: () => void
  onSelect: (next: Selection) => void
  onFill: (from: Range, to: Range) => void
}) {
  const [handle, setHandle] = useState<Range | null>(null)
  const dragging = useRef<'cells' | 'handle' | null>(null)
  const range = rangeOf(selection, size)
  const { focus } = selection

  const placeOf = (event: PointerEvent) => {
    const box = scroller.current as HTMLDivElement
    const edge = box.getBoundingClientRect()
    const [x, y] = [event.clientX - edge.left - box.clientLeft, event.clientY - edge.top - box.clientTop]
    return {
      row: Math.floor((y - ROW + box.scrollTop) / ROW),
      column: x < HEAD ? -1 : columnAt(starts, x - HEAD + box.scrollLeft),
      isHead: y < ROW,
      isOutside: x > box.clientWidth || y > box.clientHeight || x - HEAD + box.scrollLeft > (starts.at(-1) ?? 0),
    }
  }

  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0 || (event.target as Element).closest('a, button, input')) return
    const place = placeOf(event)
    if (place.isOutside) return
    onBegin()
    if ((event.target as Element).closest('[data-handle]')) dragging.current = 'handle'
    else if (place.isHead) {
      if (place.column < 0) return
      const head = { row: Math.min(topRow, size.rows - 1), column: place.column }
      onSelect({ anchor: event.shiftKey ? selection.anchor : head, focus: head, whole: 'columns' })
      event.preventDefault()
      return
    } else {
      if (place.row >= size.rows) return
      onSelect(moveTo(selection, place.row, place.column, size, event.shiftKey))
      dragging.current = 'cells'
    }
    event.preventDefault()
    if (event.pointerType === 'touch') dragging.current = null
    else scroller.current?.setPointerCapture(event.pointerId)
  }

  const onPointerMove = (event: PointerEvent) => {
    if (!dragging.current) return
    const { row, column } = placeOf(event)
    if (dragging.current === 'handle') {
      setHandle(dragged(range, Math.min(Math.max(row, 0), size.rows - 1), Math.max(column, 0)))
      return
    }
    const to = moveTo(selection, row, selection.anchor.column < 0 ? -1 : Math.max(column, 0), size, true)
    if (to.focus.row !== focus.row || to.focus.column !== focus.column) onSelect(to)
  }

  const cancel = () => {
    dragging.current = null
    setHandle(null)
  }
  const onPointerUp = () => {
    if (dragging.current === 'handle' && handle) onFill(range, handle)
    cancel()
  }

  return {
    handle,
    cancel,
    handlers: { onPointerDown, onPointerMove, onPointerUp, onPointerCancel: cancel },
  }
}
