'use client'

import { useEffect, useState } from 'react'
import { cn } from '@/lib/cn'
import { Icon } from './icon'

/** Copies a text; absent without JavaScript, where the text beside it can be selected. */
export function CopyButton({ text, label = 'Copy', className }: { text: string; label?: string; className?: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), 1500)
    return () => clearTimeout(timer)
  }, [state])
  const words = state === 'copied' ? 'Copied' : state === 'failed' ? 'Copying was refused' : label
  return (
    <button
      type="button"
      title={words}
      className={cn(
        'no-print inline-flex size-6 shrink-0 items-center justify-center rounded-sm text-faint hover:bg-hover hover:text-ink noscript:hidden',
        className,
      )}
      onClick={() => {
        if (!navigator.clipboard) return setState('failed')
        navigator.clipboard.writeText(text).then(
          () => setState('copied'),
          () => setState('failed'),
        )
      }}
    >
      <Icon
        name={state === 'copied' ? 'check' : state === 'failed' ? 'x' : 'copy'}
        className={cn('size-3.5', state === 'copied' && 'text-good', state === 'failed' && 'text-bad')}
      />
      <span className="sr-only" aria-live="polite">
        {words}
      </span>
    </button>
  )
}
