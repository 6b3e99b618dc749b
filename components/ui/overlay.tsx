'use client'

import { type ReactNode, type RefObject, useLayoutEffect, useRef } from 'react'

/**
 * A dialog above the page, which it covers; open as long as it is drawn, with the focus in its first field or button. Esc, a click
 * beside it, or leaving it closes it; after Esc the focus goes back. Not `showModal`: making the page inert computes the style of all of
 * it anew, which takes a list of a thousand rows longer than anybody waits for a key.
 */
export function Overlay({
  ref,
  label,
  onClosed,
  className,
  children,
}: {
  /** `ref.current.hidePopover()` closes it. */
  ref: RefObject<HTMLDialogElement | null>
  label: string
  onClosed: () => void
  className: string
  children: ReactNode
}) {
  const pressed = useRef<EventTarget | null>(null)
  useLayoutEffect(() => {
    const dialog = ref.current
    if (!dialog || dialog.matches(':popover-open')) return
    dialog.showPopover()
    dialog.querySelector<HTMLElement>('input, button')?.focus()
  }, [ref])

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a popover by itself
    <dialog
      ref={ref}
      popover="auto"
      aria-label={label}
      aria-modal="true"
      onToggle={(event) => event.target === event.currentTarget && event.newState === 'closed' && onClosed()}
      onPointerDown={(event) => {
        pressed.current = event.target
      }}
      // What began inside, such as a selection, and ends beside it does not close it.
      onClick={({ target, currentTarget }) =>
        target === currentTarget && pressed.current === currentTarget && currentTarget.hidePopover()
      }
      onBlur={({ currentTarget, relatedTarget }) => {
        if (relatedTarget && !currentTarget.contains(relatedTarget)) currentTarget.hidePopover()
      }}
      className="inset-0 size-full max-h-none max-w-none bg-transparent p-3"
    >
      <div className={`mx-auto rounded-md border border-line-strong bg-raised text-ink shadow-overlay ${className}`}>
        {children}
      </div>
    </dialog>
  )
}
