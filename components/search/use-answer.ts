'use client'

import { useEffect, useState } from 'react'
import type { SearchGroup } from '@/lib/mig/search/queries'

export type SearchState =
  | { status: 'idle' | 'busy' }
  | { status: 'done'; groups: SearchGroup[] }
  | { status: 'failed'; sentence: string }

const PAUSE_MS = 150
const DEADLINE_MS = 8_000

/** What the server finds for a text: asked a moment after the last key, an older question given up. `attempt` asks again. */
export function useAnswer(text: string, attempt: number): SearchState {
  const asked = text.trim()
  const key = `${attempt}:${asked}`
  const [state, setState] = useState<{ key: string; is: SearchState }>({ key: '', is: { status: 'idle' } })
  useEffect(() => {
    if (!key.slice(key.indexOf(':') + 1)) return
    const stop = new AbortController()
    const timer = setTimeout(async () => {
      try {
        const is = await ask(
          key.slice(key.indexOf(':') + 1),
          AbortSignal.any([stop.signal, AbortSignal.timeout(DEADLINE_MS)]),
        )
        if (!stop.signal.aborted) setState({ key, is })
      } catch {
        if (!stop.signal.aborted)
          setState({
            key,
            is: { status: 'failed', sentence: 'The server did not answer: what MIG has was not searched.' },
          })
      }
    }, PAUSE_MS)
    return () => {
      stop.abort()
      clearTimeout(timer)
    }
  }, [key])
  if (asked === '') return { status: 'idle' }
  return state.key === key ? state.is : { status: 'busy' }
}

async function ask(text: string, signal: AbortSignal): Promise<SearchState> {
  const answer = await fetch(`/search/answer?q=${encodeURIComponent(text)}`, {
    cache: 'no-store',
    headers: { accept: 'application/json' },
    signal,
  })
  if (answer.ok) return { status: 'done', ...((await answer.json()) as { groups: SearchGroup[] }) }
  const told = answer.status < 500 || answer.status === 503 ? (await answer.text()).trim().slice(0, 300) : ''
  return { status: 'failed', sentence: told || `The search failed (${answer.status}): nothing was searched.` }
}
