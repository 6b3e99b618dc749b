import type { MoveKey } from './selection'

type Pressed = { key: string; ctrlKey: boolean; metaKey: boolean; shiftKey: boolean; altKey: boolean }

/** What a key means in the grid while no cell is being typed into. */
export type Command =
  | { do: 'move'; key: MoveKey; far: boolean; grow: boolean }
  | { do: 'tab'; back: boolean }
  | { do: 'edit' }
  | { do: 'type'; text: string }
  | { do: 'clear' | 'escape' | 'undo' | 'redo' | 'fill-down' | 'fill-right' | 'row' | 'column' | 'all' }

const MOVES = new Set(['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End', 'PageUp', 'PageDown'])

/** The command of a key, or null for one that is none of the grid's. */
export function commandOf({ key, ctrlKey, metaKey, shiftKey, altKey }: Pressed): Command | null {
  if (altKey) return null
  const ctrl = ctrlKey || metaKey
  if (MOVES.has(key)) return { do: 'move', key: key as MoveKey, far: ctrl, grow: shiftKey }
  if (key === 'Tab') return ctrl ? null : { do: 'tab', back: shiftKey }
  if (key === ' ' && ctrl) return { do: 'column' }
  if (key === ' ' && shiftKey) return { do: 'row' }
  if (ctrl) {
    if (key === 'Backspace' || key === 'Delete') return { do: 'clear' }
    switch (key.toLowerCase()) {
      case 'z':
        return { do: shiftKey ? 'redo' : 'undo' }
      case 'y':
        return { do: 'redo' }
      case 'd':
        return { do: 'fill-down' }
      case 'r':
        // With Shift it is the browser's own: the page anew.
        return shiftKey ? null : { do: 'fill-right' }
      case 'a':
        return { do: 'all' }
      default:
        return null
    }
  }
  if (key === 'Enter' || key === 'F2') return { do: 'edit' }
  if (key === 'Escape') return { do: 'escape' }
  if (key === 'Delete' || key === 'Backspace') return { do: 'clear' }
  return /^[\d+−–-]$/.test(key) ? { do: 'type', text: key } : null
}
