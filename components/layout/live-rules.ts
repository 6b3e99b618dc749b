import { formatNumber } from '@/lib/format'

const PERIOD = 10_000
const LONGEST = 120_000

/** How often a page asks whether something changed, so that a change shows within 5 s. */
export const CHANGE_PERIOD = 2_500

/** Milliseconds until the next look: the period, doubled with every failure up to 2 min, up to a fifth more by `random` (0 to 1). */
export function nextDelay(failures: number, random: number, period: number = PERIOD): number {
  return Math.round(Math.min(LONGEST, period * 2 ** Math.min(failures, 10)) * (1 + random / 5))
}

/** Whether a page that asks for changes is drawn anew: something changed, or it is as old as other pages become. */
export function isToBeDrawn(answer: unknown, ageMs: number): boolean {
  const changed = typeof answer === 'object' && answer !== null && 'changed' in answer && answer.changed === true
  return changed || ageMs >= PERIOD
}

/** "1 new", "12 new", "more than 1,000 new"; null when there is nothing to say or the answer is none of ours. */
export function newRowsWords(answer: unknown): string | null {
  if (typeof answer !== 'object' || answer === null || !('count' in answer)) return null
  const { count } = answer
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count <= 0) return null
  const more = 'more' in answer && answer.more === true
  return `${more ? 'more than ' : ''}${formatNumber(count)} new`
}

/** Whether something on the page must not be redrawn now: a field with the focus or with unsent text, an open overlay, a selection. */
export function isHeld(page: Document): boolean {
  if (page.activeElement?.matches('input:not([data-fold]), textarea, select, [contenteditable="true"]')) return true
  if (page.querySelector(':popover-open, dialog[open], [data-hold-refresh]')) return true
  if (page.getSelection()?.isCollapsed === false) return true
  for (const form of page.forms) for (const control of form.elements) if (isDirty(control)) return true
  return false
}

function isDirty(control: Element): boolean {
  if (control instanceof HTMLInputElement) {
    if (control.type === 'hidden' || control.type === 'submit' || control.dataset.fold !== undefined) return false
    if (control.type === 'checkbox' || control.type === 'radio') return control.checked !== control.defaultChecked
    return control.value !== control.defaultValue
  }
  if (control instanceof HTMLTextAreaElement) return control.value !== control.defaultValue
  if (control instanceof HTMLSelectElement) {
    const options = [...control.options]
    if (!options.some((option) => option.defaultSelected)) return control.selectedIndex > 0
    return options.some((option) => option.selected !== option.defaultSelected)
  }
  return false
}
