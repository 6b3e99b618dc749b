'use client'

import { useState } from 'react'
import { buttonClass } from '@/components/ui/button'
import { Icon } from '@/components/ui/icon'

const WORDS = { idle: 'Copy as JSON', busy: 'Copying…', copied: 'Copied', failed: 'Could not be copied' }

/** Copies the action in MIG's own file format; without scripts the link downloads it. */
export function CopyJson({ id }: { id: string }) {
  const [state, setState] = useState<keyof typeof WORDS>('idle')
  const href = `/actions/${id}/json`
  async function copy() {
    setState('busy')
    try {
      const answer = await fetch(href)
      if (!answer.ok) throw new Error(String(answer.status))
      await navigator.clipboard.writeText(await answer.text())
      setState('copied')
    } catch {
      setState('failed')
    }
    setTimeout(setState, 2000, 'idle')
  }
  return (
    <a
      href={href}
      download
      className={buttonClass({})}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || !navigator.clipboard) return
        event.preventDefault()
        void copy()
      }}
    >
      <Icon name={state === 'copied' ? 'check' : state === 'failed' ? 'x' : 'copy'} className="size-4" />
      <span aria-live="polite">{WORDS[state]}</span>
    </a>
  )
}
