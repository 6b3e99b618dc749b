'use client'

import { type KeyboardEvent, type MouseEvent, type ReactNode, useRef, useState } from 'react'
import { CopyButton } from './copy-button'
import { visibleText } from './visible-text'

type Chosen = { path: string; value: string | null }

const step = (row: HTMLElement): string => {
  if (row.dataset.i !== undefined) return `[${row.dataset.i}]`
  const shown = row.querySelector('b > bdi')?.textContent ?? ''
  const key: string = row.dataset.k === undefined ? shown : JSON.parse(row.dataset.k)
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

function pathOf(row: HTMLElement, base: string, top: HTMLElement): string {
  let path = ''
  for (let at: HTMLElement | null = row; at && at !== top; at = at.parentElement?.closest('li') ?? null)
    if (at.parentElement?.parentElement !== top) path = step(at) + path
  return base + path
}

function scalarOf(row: HTMLElement): string | null {
  const value = row.querySelector<HTMLElement>(':scope > span')
  // A text that is cut has no value to copy.
  if (!value || value.nextElementSibling?.classList.contains('more')) return null
  return value.dataset.v === undefined ? (value.textContent ?? '') : JSON.parse(value.dataset.v)
}

/** Shows path and value of the row that was clicked or reached with the arrow keys, each with a button that copies it. */
export function JsonCopy({ base, label, children }: { base: string; label: string; children: ReactNode }) {
  const top = useRef<HTMLDivElement>(null)
  const current = useRef<HTMLElement | null>(null)
  const [chosen, setChosen] = useState<Chosen | null>(null)

  const choose = (row: HTMLElement) => {
    if (!top.current) return
    current.current?.removeAttribute('aria-current')
    current.current = row
    row.setAttribute('aria-current', 'true')
    setChosen({ path: pathOf(row, base, top.current), value: scalarOf(row) })
  }
  const onClick = (event: MouseEvent) => {
    const row = (event.target as HTMLElement).closest('li')
    if (row && !row.classList.contains('more')) choose(row)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.key !== 'ArrowDown' && event.key !== 'ArrowUp') || !top.current) return
    const rows = [...top.current.querySelectorAll<HTMLElement>('li:not(.more)')].filter((row) => row.checkVisibility())
    const at = rows.indexOf(current.current as HTMLElement)
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + (event.key === 'ArrowDown' ? 1 : -1)))]
    if (!next) return
    event.preventDefault()
    choose(next)
    next.scrollIntoView({ block: 'nearest' })
  }
  return (
    <div className="flex min-w-0 flex-col">
      {chosen && (
        <p className="no-print sticky top-0 z-1 flex min-h-7 items-center gap-1 border-line border-b bg-surface text-xs">
          <code className="min-w-0 truncate">
            <bdi>{visibleText(chosen.path)}</bdi>
          </code>
          <CopyButton text={chosen.path} label="Copy the path" />
          {chosen.value !== null && (
            <>
              <span className="shrink-0 text-faint">value</span>
              <CopyButton text={chosen.value} label="Copy the value" />
            </>
          )}
        </p>
      )}
      <section
        ref={top}
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard
        tabIndex={0}
        className="overflow-x-auto"
        onClick={onClick}
        onKeyDown={onKeyDown}
      >
        {children}
      </section>
    </div>
  )
}
