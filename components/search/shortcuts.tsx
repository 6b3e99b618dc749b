'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { browserStore } from './browser-store'
import { commandFor, isHeard, singleKeysOn } from './keys'
import { stepFor, stepFrom, stepOnPage } from './rows'
import { ShortcutSheet } from './shortcut-sheet'

const AFTER_G_MS = 1_500
// What takes typing, or has keys of its own.
const OWN_KEYS =
  'input, textarea, select, [contenteditable], [role=textbox], [role=searchbox], [role=grid], [role=application], [role=combobox], [role=listbox], [role=tree], dialog, [popover]'

/** The single keys of every page, the keys that lead from row to row, and the sheet that tells them. */
export function Shortcuts() {
  const router = useRouter()
  const [isOpen, setOpen] = useState(false)
  const gAt = useRef(Number.NEGATIVE_INFINITY)

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (!isHeard(event)) return
    const target = event.target as Element
    if (target.closest?.(OWN_KEYS) || document.querySelector('dialog:popover-open')) return
    const step = stepFor(event)
    if (step && stepFrom(target, step)) event.preventDefault()
    if (step || !singleKeysOn(browserStore('localStorage'))) return
    const afterG = performance.now() - gAt.current < AFTER_G_MS
    gAt.current = Number.NEGATIVE_INFINITY
    const command = commandFor(event, afterG)
    if (!command) return
    if ('begins' in command) gAt.current = performance.now()
    else if ('go' in command) router.push(command.go)
    else if (command.does === 'sheet') setOpen(true)
    else if (!(command.does === 'filter' ? toFilter() : stepOnPage(command.does))) return
    event.preventDefault()
  })

  useEffect(() => {
    const open = () => setOpen(true)
    document.addEventListener('keydown', onKey)
    document.addEventListener('mig:shortcuts', open)
    return () => {
      document.removeEventListener('keydown', onKey)
      document.removeEventListener('mig:shortcuts', open)
    }
  }, [])

  return isOpen && <ShortcutSheet onClosed={() => setOpen(false)} />
}

/** Focuses the first field of the page's filters, unfolding them; false where it has none. */
function toFilter(): boolean {
  const field = document.querySelector<HTMLElement>(
    'main search :is(input:not([type=hidden], [data-fold]), select), main input[type=search]',
  )
  if (field?.offsetParent === null) document.querySelector<HTMLElement>('main [data-fold]')?.click()
  field?.closest('details')?.setAttribute('open', '')
  field?.focus()
  return field !== null
}
