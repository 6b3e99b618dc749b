import { type KeyboardEvent, useRef } from 'react'
import { cn } from '@/lib/cn'
import { readCell } from '@/lib/mig/acl/weight'

/** What ends typing: the value, and where to go. */
export type Entered = { value: number | null; to: 'down' | 'up' | 'right' | 'left' | 'stay'; all?: boolean }

const ARROWS: Partial<Record<string, Entered['to']>> = {
  ArrowDown: 'down',
  ArrowUp: 'up',
  ArrowRight: 'right',
  ArrowLeft: 'left',
}

/** The field in a cell that is being typed into. `replaces` is typing over the old value: then arrows end it too. */
export function GridEditor({
  text,
  replaces,
  label,
  onEnter,
  onRefuse,
  onCancel,
}: {
  text: string
  replaces: boolean
  label: string
  onEnter: (entered: Entered) => void
  onRefuse: () => void
  onCancel: () => void
}) {
  const field = useRef<HTMLInputElement>(null)
  const isOver = useRef(false)
  const end = (to: Entered['to'], all = false) => {
    const value = readCell(field.current?.value ?? '')
    if (value === undefined) {
      field.current?.setAttribute('aria-invalid', 'true')
      return onRefuse()
    }
    isOver.current = true
    onEnter({ value, to, all })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation()
    if (event.nativeEvent.isComposing) return
    const arrow = replaces ? ARROWS[event.key] : undefined
    if (event.key === 'Enter') end(event.shiftKey ? 'up' : 'down', event.ctrlKey || event.metaKey)
    else if (event.key === 'Tab') end(event.shiftKey ? 'left' : 'right')
    else if (arrow) end(arrow)
    else if (event.key === 'Escape') {
      isOver.current = true
      onCancel()
    } else return
    event.preventDefault()
  }
  return (
    <input
      ref={field}
      // biome-ignore lint/a11y/noAutofocus: the person has just begun to type into this cell
      autoFocus
      defaultValue={text}
      aria-label={label}
      inputMode="numeric"
      autoComplete="off"
      className={cn(
        'absolute inset-0 z-1 w-full bg-raised px-1 text-center text-ink tabular-nums',
        'shadow-[inset_0_0_0_2px_var(--accent)] outline-hidden aria-invalid:shadow-[inset_0_0_0_2px_var(--bad)]',
      )}
      onFocus={(event) => {
        const { length } = event.target.value
        event.target.setSelectionRange(replaces ? length : 0, length)
      }}
      onKeyDown={onKeyDown}
      onPaste={(event) => event.stopPropagation()}
      onCopy={(event) => event.stopPropagation()}
      onCut={(event) => event.stopPropagation()}
      onBlur={() => {
        if (isOver.current) return
        isOver.current = true
        const value = readCell(field.current?.value ?? '')
        if (value !== undefined) return onEnter({ value, to: 'stay' })
        onRefuse()
        onCancel()
      }}
    />
  )
}
