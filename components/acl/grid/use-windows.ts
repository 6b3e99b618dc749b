import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type { GridRow, GridWindow } from './grid-data'
import { forget, knownRows, missing, type Need, NO_SECTIONS, place, type Sections, WINDOW } from './sections'
import { fetchWindow, type WindowSource } from './window-source'

/** The rows of a list, window by window as they come into sight, one request at a time. */
export function useWindows(source: WindowSource, first: GridWindow, stamp: string) {
  const [sections, setSections] = useState<Sections>(() =>
    place(NO_SECTIONS, { index: 0, after: source.after, size: source.size }, first),
  )
  const [problem, setProblem] = useState<string | null>(null)
  const current = useRef(sections)
  const sight = useRef({ from: 0, to: WINDOW - 1 })
  /** Rows that somebody waits for: they are kept until all of them are there, wherever the sight is. */
  const wanted = useRef<{ from: number; to: number } | null>(null)
  const line = useRef<Promise<void>>(Promise.resolve())
  const pending = useRef(false)
  const stop = useRef<AbortController | null>(null)

  const keep = (next: Sections) => {
    const { from, to } = wanted.current ?? sight.current
    current.current = forget(next, from, to)
    setSections(current.current)
  }

  /** Runs after what was asked for before; a failure is said, and ends this run alone. */
  const inLine = (run: () => Promise<void>): Promise<void> => {
    line.current = line.current.then(async () => {
      try {
        await run()
        setProblem(null)
      } catch (error) {
        if (!stop.current?.signal.aborted) setProblem(error instanceof Error ? error.message : String(error))
      }
    })
    return line.current
  }

  const fetchInto = async (need: Need) => {
    const window = await fetchWindow(source, need, stop.current?.signal)
    keep(place(current.current, need, window))
  }

  /** Loads these rows if they are not there, as far as the list goes; false when that failed. */
  const load = async (from: number, to: number, size = WINDOW): Promise<boolean> => {
    let isThere = false
    await inLine(async () => {
      wanted.current = { from, to }
      try {
        for (let need = missing(current.current, from, to, size); need; need = missing(current.current, from, to, size))
          await fetchInto(need)
        isThere = true
      } finally {
        wanted.current = null
      }
    })
    return isThere
  }

  /** Says which rows are in sight: what is missing around them is loaded. */
  const show = (from: number, to: number) => {
    sight.current = { from, to }
    if (pending.current || !missing(current.current, from, to)) return
    pending.current = true
    void inLine(async () => {
      pending.current = false
      for (;;) {
        const need = missing(current.current, sight.current.from, sight.current.to)
        if (!need) return
        await fetchInto(need)
      }
    })
  }

  /** Redraws the loaded rows with what is known of them before the server is asked again. */
  const edit = (change: (row: GridRow) => GridRow) =>
    keep({
      ...current.current,
      list: current.current.list.map((one) => (one.rows ? { ...one, rows: one.rows.map(change) } : one)),
    })

  /** Asks again for what is in sight, and for what is missing there; forgets the rest. */
  const refresh = (): Promise<void> =>
    inLine(async () => {
      const { from, to } = sight.current
      const { list } = current.current
      let start = 0
      const seen: Need[] = []
      for (const [index, { count, after, size }] of list.entries()) {
        if (start + count > from && start <= to) seen.push({ index, after, size })
        start += count
      }
      const kept = new Set(seen.map(({ index }) => index))
      keep({
        ...current.current,
        list: list.map((section, index) => (kept.has(index) ? section : { ...section, rows: null })),
      })
      for (const need of seen) if (need.index < Math.max(current.current.list.length, 1)) await fetchInto(need)
      for (;;) {
        const need = missing(current.current, sight.current.from, sight.current.to)
        if (!need) return
        await fetchInto(need)
      }
    })

  const again = useEffectEvent(() => void refresh())
  const drawn = useRef(stamp)
  useEffect(() => {
    if (drawn.current !== stamp) again()
    drawn.current = stamp
  }, [stamp])

  useEffect(() => {
    stop.current = new AbortController()
    return () => stop.current?.abort()
  }, [])

  return {
    sections,
    known: knownRows(sections),
    /** The rows as they are after what was awaited, before the next drawing. */
    latest: () => current.current,
    problem,
    load,
    show,
    edit,
    refresh,
  }
}
