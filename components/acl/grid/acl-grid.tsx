import {
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactNode,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { Button } from '@/components/ui/button'
import { visibleText } from '@/components/ui/visible-text'
import { cn } from '@/lib/cn'
import { MARKS } from '../cell'
import { Tray } from '../tray'
import { withSaved } from './cell-place'
import { redo, undo } from './changes'
import { columnAt, columnStarts, ROW, span } from './columns'
import { type Entered, GridEditor } from './grid-editor'
import type { GridProps, GridStart } from './grid-loader'
import { GridHeadRow, GridLine, HEAD, type RowFocus } from './grid-rows'
import { GridTools } from './grid-tools'
import { commandOf } from './keys'
import { BIG_WINDOW, placeAfter, rowAt } from './sections'
import { at, moveBy, type Place, rangeOf, type Selection, tabTo } from './selection'
import { SelectionBox } from './selection-box'
import { useCells } from './use-cells'
import { useChanges } from './use-changes'
import { usePointer } from './use-pointer'
import { useWindows } from './use-windows'

/** Rows drawn beyond both edges of what is in sight, and rows before the end at which the next ones are asked for. */
const MORE = 6
const AHEAD = 40

const NAMES = {
  minimums: 'Minimum weight by endpoint and module',
  investigator: 'Weights by endpoint and module',
  endpoint: 'Weights by investigator and module',
  module: 'Weights by endpoint and investigator',
}

type Sight = { top: number; bottom: number; left: number; right: number }
type Editing = { text: string; replaces: boolean }

/** The matrix as a spreadsheet, by the ARIA grid pattern: one stop of Tab, windows of rows as they come into sight. */
export function AclGrid({ use, scope, columns, lead, total, href, start }: GridProps & { start: GridStart }) {
  const offset = lead ? 1 : 0
  const windows = useWindows(href, start.first, use.stamp)
  const { changes, setChanges, isKept } = useChanges(use.viewer)
  const size = { rows: windows.known + offset, columns: columns.length }
  const starts = columnStarts(columns)
  const [selection, setSelection] = useState<Selection>(() => startOf(start, columns, offset))
  const [editing, setEditing] = useState<Editing | null>(null)
  const [sight, setSight] = useState<Sight>({ top: 0, bottom: MORE * 4, left: 0, right: 20 })
  // Rows come and go with each refresh: the selection stays with its rows, not with their places.
  const [placed, setPlaced] = useState(windows.sections)
  if (placed !== windows.sections) {
    const to = ({ row }: Place) => {
      const place = row < offset ? row : placeAfter(placed, windows.sections, row - offset)
      return place === null || row < offset ? place : place + offset
    }
    const moved = (place: Place): Place => ({ ...place, row: to(place) ?? place.row })
    setPlaced(windows.sections)
    setSelection((was) => ({ ...was, anchor: moved(was.anchor), focus: moved(was.focus) }))
    if (to(selection.focus) === null) setEditing(null)
  }
  const scroller = useRef<HTMLDivElement>(null)
  const takesFocus = useRef(start.isAsked)

  const rowNow = (row: number) => (lead && row === 0 ? lead : rowAt(windows.latest(), row - offset))
  const rowDrawn = (row: number) => (lead && row === 0 ? lead : rowAt(windows.sections, row - offset))
  const cells = useCells({
    scope,
    columns,
    canEdit: use.canEdit,
    rowOf: rowNow,
    sizeNow: () => ({
      rows: windows.latest().list.reduce((sum, { count }) => sum + count, 0) + offset,
      columns: columns.length,
    }),
    load: (from, to) => windows.load(Math.max(from - offset, 0), to - offset, BIG_WINDOW),
    changes,
    setChanges,
  })
  const range = rangeOf(selection, size)
  const { focus } = selection

  const look = () => {
    const box = scroller.current
    if (!box) return
    const top = Math.floor(box.scrollTop / ROW)
    const bottom = Math.ceil((box.scrollTop + box.clientHeight - ROW) / ROW)
    const left = columnAt(starts, box.scrollLeft)
    const right = columnAt(starts, box.scrollLeft + Math.max(box.clientWidth - HEAD, 0))
    setSight((before) =>
      before.top === top && before.bottom === bottom && before.left === left && before.right === right
        ? before
        : { top, bottom, left, right },
    )
    windows.show(Math.max(top - AHEAD, 0), bottom + AHEAD)
  }
  const lookNow = useEffectEvent(look)
  useLayoutEffect(() => {
    if (scroller.current) scroller.current.scrollTop = start.scrollTop
    lookNow()
    const watch = new ResizeObserver(() => lookNow())
    if (scroller.current) watch.observe(scroller.current)
    return () => watch.disconnect()
  }, [start])

  // The focus follows the selection: into sight first, then onto the cell. A passive effect of a render before the key
  // would run after it and spend what the key has asked for on the old cell.
  useLayoutEffect(() => {
    if (!takesFocus.current || editing) return
    const box = scroller.current
    if (!box) return
    takesFocus.current = false
    const above = focus.row * ROW
    if (above < box.scrollTop) box.scrollTop = above
    else if (above + 2 * ROW > box.scrollTop + box.clientHeight) box.scrollTop = above + 2 * ROW - box.clientHeight
    const [from, to] = [starts[focus.column] ?? 0, starts[focus.column + 1] ?? 0]
    if (focus.column >= 0 && from < box.scrollLeft) box.scrollLeft = from
    else if (focus.column >= 0 && to + HEAD > box.scrollLeft + box.clientWidth)
      box.scrollLeft = to + HEAD - box.clientWidth
    box.querySelector<HTMLElement>('[data-active]')?.focus({ preventScroll: true })
  })

  const select = (next: Selection) => {
    takesFocus.current = true
    setSelection(next)
    const chosen = rangeOf(next, size)
    const [rows, across] = [chosen.bottom - chosen.top + 1, chosen.right - chosen.left + 1]
    if (rows * across > 1) cells.say(`${rows} × ${across} cells selected`)
    else if (cells.said && !editing) cells.say('')
  }

  const pointer = usePointer({
    scroller,
    starts,
    size,
    selection,
    topRow: sight.top,
    // What is being typed goes into its own cell before another one is selected.
    onBegin: () => {
      if (editing) scroller.current?.querySelector<HTMLElement>('[role=gridcell] input')?.blur()
    },
    onSelect: select,
    onFill: (from, to) => {
      cells.fillTo(from, to)
      takesFocus.current = true
      setSelection({ anchor: { row: to.bottom, column: to.right }, focus: { row: to.top, column: to.left } })
    },
  })

  const edit = (next: Editing) => {
    if (focus.column < 0) return
    if (!use.canEdit) return cells.say('You may look and copy; only an admin changes rules.')
    if (rowNow(focus.row)?.locked)
      return cells.say('These minimums are only shown here: edit them under Minimum weights.')
    setEditing(next)
  }

  const entered = ({ value, to, all }: Entered) => {
    setEditing(null)
    const one = { top: focus.row, bottom: focus.row, left: focus.column, right: focus.column }
    if ((cells.valueAt(focus.row, focus.column) ?? null) !== value || all) cells.set(all ? range : one, value)
    if (to === 'stay' || all) {
      takesFocus.current = to !== 'stay' || takesFocus.current
      return
    }
    const key = { down: 'ArrowDown', up: 'ArrowUp', right: 'ArrowRight', left: 'ArrowLeft' } as const
    takesFocus.current = true
    setSelection(moveBy(at(focus.row, focus.column), key[to], {}, size))
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const command = event.nativeEvent.isComposing ? null : commandOf(event)
    if (!command) return
    switch (command.do) {
      case 'move': {
        const page = Math.max(sight.bottom - sight.top - 2, 1)
        select(moveBy(selection, command.key, { ...command, page }, size))
        break
      }
      case 'tab': {
        const next = tabTo(selection, command.back, size)
        if (!next) return
        select(next)
        break
      }
      case 'edit':
        if (focus.column < 0) scroller.current?.querySelector<HTMLElement>('[data-active] a')?.click()
        else edit({ text: String(cells.valueAt(focus.row, focus.column) ?? ''), replaces: false })
        break
      case 'type':
        edit({ text: command.text, replaces: true })
        break
      case 'clear':
        cells.clear(range)
        break
      case 'escape':
        pointer.cancel()
        setSelection(at(focus.row, focus.column))
        break
      case 'undo':
        setChanges(undo)
        cells.say(changes.done.length > 0 ? 'Undone.' : 'There is nothing to undo.')
        break
      case 'redo':
        setChanges(redo)
        cells.say(changes.undone.length > 0 ? 'Done again.' : 'There is nothing to do again.')
        break
      case 'fill-down':
        cells.fillDown(range)
        break
      case 'fill-right':
        cells.fillRight(range)
        break
      case 'row':
        select({ ...selection, whole: 'rows' })
        break
      case 'column':
        select({ ...selection, whole: 'columns' })
        break
      case 'all':
        select({ anchor: { row: 0, column: -1 }, focus: selection.focus, whole: 'columns' })
        break
    }
    event.preventDefault()
  }

  const onCopy = (event: ClipboardEvent, cut = false) => {
    const text = cells.copy(range)
    if (text === null) return
    event.clipboardData.setData('text/plain', text)
    event.preventDefault()
    if (cut) cells.clear(range)
  }

  const onPaste = async (event: ClipboardEvent) => {
    event.preventDefault()
    const text = event.clipboardData.getData('text/plain')
    if (!use.canEdit) return cells.say('You may look and copy; only an admin changes rules.')
    const to = await cells.paste(text, range)
    if (!to || to.bottom < to.top || to.right < to.left) return
    takesFocus.current = true
    setSelection({ anchor: { row: to.bottom, column: to.right }, focus: { row: to.top, column: to.left } })
  }

  const rowsShown = span(Math.max(sight.top - MORE, 0), Math.min(sight.bottom + MORE, size.rows - 1), focus.row)
  const columnsShown = span(
    Math.max(sight.left - 2, 0),
    Math.min(sight.right + 2, columns.length - 1),
    focus.column < 0 ? null : focus.column,
  )
  const editor = (row: number, column: number): ReactNode =>
    editing && (
      <GridEditor
        text={editing.text}
        replaces={editing.replaces}
        label={visibleText(`${columns[column]?.name}, ${rowDrawn(row)?.name}`)}
        onEnter={entered}
        onRefuse={() =>
          cells.say('A weight is a whole number from −2,147,483,648 to 2,147,483,647, or nothing for no rule.')
        }
        onCancel={() => {
          takesFocus.current = true
          setEditing(null)
        }}
      />
    )
  const focusOf = (row: number): RowFocus => {
    const isIn = row >= range.top && row <= range.bottom
    const active = row === focus.row ? focus.column : null
    return {
      from: isIn ? range.left : 0,
      to: isIn ? range.right : -1,
      active,
      editor: active === null ? null : editor(row, active),
    }
  }
  const isFromStart = href.after === null && href.before === null
  const isWhole = windows.sections.end && isFromStart
  return (
    <div className="flex min-w-0 flex-col gap-2" data-hold-refresh={changes.cells.size > 0 || undefined}>
      <GridTools
        canEdit={use.canEdit}
        said={cells.said}
        changes={changes}
        onChanges={setChanges}
        onFillDown={() => cells.fillDown(range)}
        onFillRight={() => cells.fillRight(range)}
        onCarryOver={() => cells.carryOver(range)}
      />
      {/* biome-ignore lint/a11y/useSemanticElements: windows of rows and columns are no table */}
      <div
        ref={scroller}
        role="grid"
        aria-label={NAMES[scope.view]}
        aria-rowcount={isWhole ? size.rows + 1 : total.more || !isFromStart ? -1 : total.count + offset + 1}
        aria-colcount={columns.length + 1}
        aria-multiselectable="true"
        aria-readonly={!use.canEdit || undefined}
        tabIndex={-1}
        className={cn(
          'relative select-none overflow-auto rounded-md border border-line bg-surface md:max-h-[max(24rem,calc(100dvh-17rem))]',
          MARKS,
        )}
        onScroll={look}
        onKeyDown={onKeyDown}
        {...pointer.handlers}
        onDoubleClick={() => edit({ text: String(cells.valueAt(focus.row, focus.column) ?? ''), replaces: false })}
        onCopy={onCopy}
        onCut={(event) => onCopy(event, use.canEdit)}
        onPaste={(event) => void onPaste(event)}
      >
        <GridHeadRow
          corner={scope.view === 'endpoint' ? 'Investigator' : 'Endpoint'}
          columns={columns}
          shown={columnsShown}
          starts={starts}
          selected={[range.left, range.right]}
        />
        <div
          role="presentation"
          className="relative"
          style={{ height: Math.max(size.rows, 2) * ROW, width: HEAD + (starts.at(-1) ?? 0) }}
        >
          {rowsShown.map((row) => (
            <GridLine
              key={rowDrawn(row)?.id ?? `place ${row}`}
              place={row}
              row={rowDrawn(row)}
              columns={columns}
              shown={columnsShown}
              starts={starts}
              focus={focusOf(row)}
              stagedAt={cells.stagedAt}
              canEdit={use.canEdit}
              shift={row * ROW}
            />
          ))}
          {size.rows === 0 && <p className="px-3 py-2 text-muted text-sm">No row matches these filters.</p>}
          {size.rows > 0 && (
            <SelectionBox range={pointer.handle ?? range} starts={starts} canFill={use.canEdit && !editing} />
          )}
        </div>
      </div>
      {windows.problem && (
        <p role="alert" className="flex items-center gap-2 text-bad text-xs">
          The next rows could not be loaded. {windows.problem}
          <Button size="sm" onClick={() => void windows.refresh()}>
            Try again
          </Button>
        </p>
      )}
      <Tray
        changes={changes}
        isKept={isKept}
        onChanges={setChanges}
        onSaved={(saved) => {
          if (saved) windows.edit((row) => withSaved(scope, row, columns, saved))
          void windows.refresh()
        }}
      />
    </div>
  )
}

function startOf({ first, place }: GridStart, columns: readonly { id: string }[], offset: number): Selection {
  const [rowId, columnId] = place?.split('.') ?? []
  const row = first.rows.findIndex(({ id }) => id === rowId)
  const column = columns.findIndex(({ id }) => id === columnId)
  return row < 0 || column < 0 ? at(offset, 0) : at(row + offset, column)
}
