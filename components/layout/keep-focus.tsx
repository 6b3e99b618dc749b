'use client'

import { useEffect } from 'react'

type Held = { element: Element; row: Element | null; beside: (Element | null)[]; around: Element[] }

/**
 * When a refresh or a save takes away what has the focus, the focus goes to what stands in its place: the row beside it, else
 * the form, section or page around it. Otherwise it would fall to the top of the document.
 */
export function KeepFocus() {
  useEffect(() => {
    let held: Held | null = null
    const hold = ({ target }: FocusEvent) => {
      held = target instanceof Element ? holdOf(target) : null
    }
    // Who clicks beside it gives the focus up; what is taken away does not, nor what cannot be pressed while it works.
    const release = () =>
      queueMicrotask(() => {
        if (!held?.element.isConnected || held.element.matches(':disabled')) return
        if (document.activeElement !== held.element) held = null
      })
    const watch = new MutationObserver(() => {
      if (!held || held.element.isConnected) return
      const lost = held
      held = null
      if (document.activeElement === null || document.activeElement === document.body) restore(lost)
    })
    document.addEventListener('focusin', hold)
    document.addEventListener('focusout', release)
    const main = document.querySelector('main')
    if (main) watch.observe(main, { childList: true, subtree: true })
    return () => {
      document.removeEventListener('focusin', hold)
      document.removeEventListener('focusout', release)
      watch.disconnect()
    }
  }, [])
  return null
}

function holdOf(element: Element): Held | null {
  // A grid draws what is in sight, and moves its focus itself.
  if (!element.closest('main') || element.closest('[role=grid]')) return null
  const row = element.closest('tr, li')
  const around: Element[] = []
  for (let one = element.parentElement?.closest('form, section, main'); one; ) {
    around.push(one)
    one = one.parentElement?.closest('form, section, main')
  }
  return { element, row, beside: row ? [row.nextElementSibling, row.previousElementSibling] : [], around }
}

function restore({ row, beside, around }: Held): void {
  for (const one of [row, ...beside]) {
    const link = one?.isConnected ? one.querySelector<HTMLElement>('a[href], button:not(:disabled)') : null
    if (link) {
      link.focus({ preventScroll: true })
      return
    }
  }
  const place = around.find((one): one is HTMLElement => one.isConnected && one instanceof HTMLElement)
  if (!place) return
  if (!place.hasAttribute('tabindex')) place.tabIndex = -1
  place.focus({ preventScroll: true })
}
