import type { Pressed } from './keys'

export type Step = 'next' | 'previous' | 'first' | 'last' | 'page-next' | 'page-previous'

const STEPS: Readonly<Record<string, Step>> = {
  ArrowDown: 'next',
  ArrowUp: 'previous',
  Home: 'first',
  End: 'last',
  PageDown: 'page-next',
  PageUp: 'page-previous',
}

/** Where a key leads from a row of a list that has the focus; null for a key that leads nowhere there. */
export function stepFor({ key, ctrlKey, metaKey, altKey, shiftKey }: Pressed & { shiftKey: boolean }): Step | null {
  if (ctrlKey || metaKey || altKey || shiftKey) return null
  return Object.hasOwn(STEPS, key) ? (STEPS[key] ?? null) : null
}

/** The place that a step leads to from place `at` of `count`, where `page` rows are in sight. */
export function placeAfter(step: Step, at: number, count: number, page: number): number {
  const far = Math.max(page - 1, 1)
  const to = {
    next: at + 1,
    previous: at - 1,
    first: 0,
    last: count - 1,
    'page-next': at + far,
    'page-previous': at - far,
  }[step]
  return Math.min(Math.max(to, 0), count - 1)
}

const LINKS = 'a[href], button:not(:disabled)'

/** Moves the focus from a link in a row to its like in another; false where there is no row, or none further. */
export function stepFrom(target: Element, step: Step): boolean {
  const row = target.closest<HTMLElement>('main tbody > tr')
  const rows = [...(row?.parentElement?.children ?? [])].filter((one) => one.querySelector(LINKS) !== null)
  const at = row ? rows.indexOf(row) : -1
  if (!row || at < 0) return false
  const scroller = row.closest('table')?.parentElement
  const height = Math.min(scroller?.clientHeight ?? innerHeight, innerHeight)
  const to = rows[placeAfter(step, at, rows.length, Math.floor(height / Math.max(row.offsetHeight, 1)) - 1)]
  if (!to || to === row) return false
  const column = [...row.querySelectorAll(LINKS)].indexOf(target)
  const links = to.querySelectorAll<HTMLElement>(LINKS)
  const link = links[Math.max(column, 0)] ?? links[0]
  link?.focus()
  return link !== undefined
}

/** Focuses the link of the page's next or previous row; false where no list is. */
export function stepOnPage(step: 'next' | 'previous'): boolean {
  const links = [...document.querySelectorAll<HTMLElement>('main tbody th[scope=row] a')]
  if (links.length === 0) return false
  const row = document.activeElement?.closest('tr')
  const at = row ? links.findIndex((link) => row.contains(link)) : -1
  const from = at < 0 && step === 'previous' ? links.length : at
  links[placeAfter(step, from, links.length, 1)]?.focus()
  return true
}
