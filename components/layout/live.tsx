'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useEffect, useEffectEvent, useRef, useState, useTransition } from 'react'
import { cn } from '@/lib/cn'
import { Icon } from '../ui/icon'
import { CHANGE_PERIOD, isHeld, isToBeDrawn, newRowsWords, nextDelay } from './live-rules'

/**
 * `refresh` redraws the page; `count` asks `href` for JSON {count, more?} and offers the rows at `fresh`, moving none; `change`
 * asks `href` more often for JSON {changed} and redraws when it is true.
 */
type Watch = { mode: 'refresh' } | { mode: 'count'; href: string; fresh: string } | { mode: 'change'; href: string }

const TIMEOUT = 8_000

/**
 * "as of 12:04:31 UTC · live" with a pause; the only part of the program that asks again by itself. `now.mig` is the
 * moment of the page's data, RFC 3339 UTC; when it is `fixed` it never changes and nothing is asked.
 */
export function Live({ now, watch = { mode: 'refresh' } }: { now: { mig: string; fixed: boolean }; watch?: Watch }) {
  const { mig: asOf, fixed } = now
  const router = useRouter()
  const [paused, setPaused] = useState(false)
  const [held, setHeld] = useState(false)
  const [failures, setFailures] = useState(0)
  const [words, setWords] = useState<string | null>(null)
  const [drawn, setDrawn] = useState(asOf)
  const [, startTransition] = useTransition()
  const drawnAt = useRef(0)
  const period = watch.mode === 'change' ? CHANGE_PERIOD : undefined
  if (drawn !== asOf) {
    setDrawn(asOf)
    setFailures(0)
    setWords(null)
  }

  const look = useEffectEvent(async (signal: AbortSignal) => {
    const holding = isHeld(document)
    setHeld(holding)
    if (document.hidden || holding) return
    try {
      if (watch.mode === 'count') {
        const answer = await fetch(watch.href, { cache: 'no-store', headers: { accept: 'application/json' }, signal })
        if (!answer.ok) throw new Error(String(answer.status))
        setWords(newRowsWords(await answer.json()))
      } else if (watch.mode === 'change') {
        const answer = await fetch(watch.href, { cache: 'no-store', headers: { accept: 'application/json' }, signal })
        if (!answer.ok) throw new Error(String(answer.status))
        if (isToBeDrawn(await answer.json(), Date.now() - drawnAt.current) && !signal.aborted && !isHeld(document)) {
          drawnAt.current = Date.now()
          startTransition(() => router.refresh())
        }
      } else {
        // router.refresh() leaves the page for the browser's error page when the server is away: ask for something small first.
        const answer = await fetch('/icon.svg', { method: 'HEAD', cache: 'no-store', signal })
        if (!answer.ok) throw new Error(String(answer.status))
        if (!signal.aborted && !isHeld(document)) startTransition(() => router.refresh())
      }
      setFailures(0)
    } catch {
      if (!signal.aborted || signal.reason?.name === 'TimeoutError') setFailures((before) => before + 1)
    }
  })

  useEffect(() => {
    if (paused || fixed) return
    const stop = new AbortController()
    let timer = 0
    let busy = false
    const run = async () => {
      if (busy) return
      busy = true
      clearTimeout(timer)
      await look(AbortSignal.any([stop.signal, AbortSignal.timeout(TIMEOUT)]))
      busy = false
      if (!stop.signal.aborted) timer = window.setTimeout(run, nextDelay(failures, Math.random(), period))
    }
    let hiddenAt = 0
    const onVisible = () => {
      if (document.hidden) hiddenAt = Date.now()
      else if (Date.now() - hiddenAt > nextDelay(0, 0, period)) void run()
    }
    drawnAt.current = Date.now()
    timer = window.setTimeout(run, nextDelay(failures, Math.random(), period))
    document.addEventListener('visibilitychange', onVisible)
    return () => {
      stop.abort()
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', onVisible)
    }
  }, [paused, fixed, failures, period])

  const clock = asOf.slice(11, 19)
  if (fixed) {
    return (
      <span
        className="whitespace-nowrap tabular-nums"
        title="A fixed moment is set: this page does not follow the clock"
      >
        {/* On phones the title needs the room; the banner has the whole moment. */}
        <span className="max-sm:sr-only">as of {asOf.slice(0, 10)} </span>
        <span data-clock="">{clock}</span>
        <span className="max-sm:sr-only"> UTC · fixed</span>
      </span>
    )
  }
  return (
    <span className="flex items-center gap-1.5 whitespace-nowrap tabular-nums">
      <span aria-live="polite">
        {words && watch.mode === 'count' && (
          <Link
            href={watch.fresh}
            prefetch={false}
            className="inline-flex h-6 items-center gap-1 rounded-full bg-accent-solid px-2.5 font-medium text-on-solid hover:bg-accent-solid-hover"
            onClick={(event) => {
              if (new URL(watch.fresh, location.href).href !== location.href) return
              event.preventDefault()
              startTransition(() => router.refresh())
            }}
          >
            <Icon name="arrow-up" className="size-3.5" />
            {words}
          </Link>
        )}
      </span>
      {failures > 0 ? (
        <span role="status" className="inline-flex items-center gap-1 font-medium text-attention">
          <Icon name="alert" className="size-3.5" />
          <span>
            <span className="max-sm:sr-only">not updated </span>since {asOf.slice(11, 16)} UTC
          </span>
        </span>
      ) : (
        <span className={cn(words && 'max-sm:hidden')}>
          <span className="max-sm:sr-only">as of </span>
          <span data-clock="">{clock}</span>
          <span className="max-sm:sr-only">
            {' '}
            UTC
            <span className="noscript:hidden">
              {paused ? ' · paused' : held ? ' · held while you edit' : ' · live'}
            </span>
          </span>
        </span>
      )}
      <button
        type="button"
        aria-pressed={paused}
        title={paused ? 'Follow again' : 'Pause'}
        aria-label="Pause the updates"
        onClick={() => setPaused(!paused)}
        className={cn(
          'no-print inline-flex size-6 items-center justify-center rounded-sm hover:bg-hover hover:text-ink noscript:hidden',
          paused ? 'text-attention' : 'text-faint',
        )}
      >
        <Icon name={paused ? 'play' : 'pause'} className="size-3.5 fill-current stroke-none" />
      </button>
    </span>
  )
}
