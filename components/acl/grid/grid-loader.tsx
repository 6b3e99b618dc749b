'use client'

import { type ComponentType, type MouseEvent, type ReactNode, useEffect, useEffectEvent, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { Button } from '@/components/ui/button'
import type { Total } from '@/lib/page'
import type { GridColumn, GridRow, GridScope, GridWindow } from './grid-data'
import type { GridUse } from './grid-use'
import { hasStored } from './store'
import { fetchWindow, type WindowSource } from './window-source'

export type GridProps = {
  use: GridUse
  scope: GridScope
  columns: GridColumn[]
  /** A row above all others that is only read. */
  lead?: GridRow
  total: Total
  href: WindowSource
}

/** Where the grid begins: its first rows, the cell that was used first, and whether somebody opened it, who then is to be in it. */
export type GridStart = { first: GridWindow; place: string | null; isAsked: boolean; scrollTop: number }

type Grid = ComponentType<GridProps & { start: GridStart }>

const WIDE = '(min-width: 48rem)'

/**
 * The matrix as a table, and the grid in its place from its first use on: a click on a cell, the button, or unsaved changes
 * that wait in this tab. On a narrow screen cells open their forms.
 */
export function GridLoader({ children, ...props }: GridProps & { children: ReactNode }) {
  const { use, href } = props
  const [loaded, setLoaded] = useState<{ Grid: Grid; start: GridStart; path: string } | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [isWaiting, setIsWaiting] = useState(false)
  const [isPrinting, setIsPrinting] = useState(false)
  const box = useRef<HTMLDivElement>(null)

  // Another filter is another list: the grid begins anew, with the changes that wait.
  const path = `${href.path} ${href.after} ${href.before} ${href.size}`

  const open = async (place: string | null, isAsked = true) => {
    if (isWaiting) return
    setIsWaiting(true)
    setProblem(null)
    try {
      const [{ AclGrid }, first] = await Promise.all([
        import('./acl-grid'),
        fetchWindow(href, { after: href.after, size: href.size }),
      ])
      const scrollTop = box.current?.firstElementChild?.scrollTop ?? 0
      setLoaded({ Grid: AclGrid, start: { first, place, isAsked, scrollTop }, path })
    } catch (error) {
      setProblem(`The grid could not be opened. ${error instanceof Error ? error.message : ''}`)
    }
    setIsWaiting(false)
  }

  const resume = useEffectEvent(() => {
    if (hasStored(use.viewer) || loaded) void open(null, false)
  })
  // On paper the rows in sight are not enough: the page's table comes back for that while.
  useEffect(() => {
    const set = (event: Event) => flushSync(() => setIsPrinting(event.type === 'beforeprint'))
    addEventListener('beforeprint', set)
    addEventListener('afterprint', set)
    return () => {
      removeEventListener('beforeprint', set)
      removeEventListener('afterprint', set)
    }
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: begins anew with the address of its windows
  useEffect(() => resume(), [path])

  if (loaded && loaded.path === path)
    return (
      <>
        <div className="min-w-0 print:hidden">
          <loaded.Grid key={path} {...props} start={loaded.start} />
        </div>
        {isPrinting && <div className="hidden print:block">{children}</div>}
      </>
    )

  const onClick = (event: MouseEvent) => {
    const cell = (event.target as Element).closest('[data-cell]')
    const place = cell?.getAttribute('data-cell')
    if (!place || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    if (!matchMedia(WIDE).matches) return
    event.preventDefault()
    event.stopPropagation()
    void open(place)
  }
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <div className="no-print flex min-h-7 flex-wrap items-center gap-x-3 gap-y-1 text-muted text-xs max-md:hidden noscript:hidden">
        <Button size="sm" icon="acl" onClick={() => void open(null)} disabled={isWaiting}>
          {use.canEdit ? 'Edit as a grid' : 'Open as a grid'}
        </Button>
        <span role="status">
          {problem ??
            (isWaiting
              ? 'Opening'
              : use.canEdit
                ? 'or click a cell: type, fill, copy and paste like in a spreadsheet'
                : 'or click a cell: move, select and copy like in a spreadsheet')}
        </span>
      </div>
      <div ref={box} onClickCapture={onClick} className="min-w-0">
        {children}
      </div>
    </div>
  )
}
