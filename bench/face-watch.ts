/** What a page has told since it was asked last: how far it shifted, what moved, and how long each answer took, in milliseconds. */
export type Told = { shift: number; moved: string[]; answers: number[] }

type Shift = PerformanceEntry & {
  value: number
  hadRecentInput: boolean
  sources: { node: Node | null; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly }[]
}

/** Runs in the page before all else: notes its shifts and answers. */
export function watch(): void {
  const told: Told = { shift: 0, moved: [], answers: [] }
  Object.assign(globalThis, { told })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as Shift[]) {
      if (entry.hadRecentInput) continue
      told.shift += entry.value
      for (const { node, previousRect, currentRect } of entry.sources) {
        const element = node instanceof Element ? node : node?.parentElement
        const words = element?.textContent?.trim().slice(0, 20) ?? ''
        const by = `${Math.round(currentRect.x - previousRect.x)}, ${Math.round(currentRect.y - previousRect.y)}`
        told.moved.push(`${element?.tagName.toLowerCase() ?? 'gone'} "${words}" by ${by}`)
      }
    }
  }).observe({ type: 'layout-shift', buffered: true })
  // Browsers tell of events only that took at least so long; shorter ones are no matter.
  const events = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as PerformanceEventTiming[])
      if (entry.interactionId) told.answers.push(entry.duration)
  })
  events.observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit)
}

/** Runs in the page: what it noted; the answers begin anew. */
export function tell(): Told {
  const { told } = globalThis as unknown as { told: Told }
  const answer = { ...told, answers: [...told.answers] }
  told.answers = []
  return answer
}
