'use client'

import Link from 'next/link'
import { useEffect, useRef } from 'react'
import { Button } from '@/components/ui/button'
import { GO, KEYS, LASTING } from './keys'

/** What every key does, in a dialog. */
export function ShortcutSheet({ onClosed }: { onClosed: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal()
  }, [])
  const going = Object.entries(GO).map(([letter, { label }]) => ({ keys: `g ${letter}`, label }))
  return (
    <dialog
      ref={dialog}
      aria-labelledby="shortcuts-title"
      onClose={onClosed}
      className="m-auto max-h-[85dvh] w-[min(44rem,calc(100vw-1.5rem))] overflow-y-auto rounded-md border border-line-strong bg-raised p-5 text-ink shadow-overlay backdrop:bg-black/40"
    >
      <div className="flex items-start justify-between gap-3">
        <h2 id="shortcuts-title" className="font-semibold text-lg">
          Shortcuts
        </h2>
        <Button size="sm" onClick={() => dialog.current?.close()}>
          Close
        </Button>
      </div>
      <div className="mt-3 grid gap-x-8 gap-y-4 sm:grid-cols-2">
        <KeyList title="Go to" keys={going} />
        <div className="flex flex-col gap-4">
          <KeyList title="On a page" keys={KEYS} />
          <KeyList title="Always" keys={LASTING} />
        </div>
      </div>
      <p className="mt-4 text-muted text-xs">
        Keys do nothing while you type. The single ones can be turned off in the{' '}
        <Link
          href="/settings#shortcuts"
          prefetch={false}
          className="text-accent underline"
          onClick={() => dialog.current?.close()}
        >
          settings
        </Link>
        .
      </p>
    </dialog>
  )
}

function KeyList({ title, keys }: { title: string; keys: readonly { keys: string; label: string }[] }) {
  return (
    <section>
      <h3 className="mb-1 font-medium text-muted text-xs">{title}</h3>
      <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-3 gap-y-1 text-sm">
        {keys.map(({ keys, label }) => (
          <div key={keys} className="contents">
            <dt>
              <kbd className="whitespace-nowrap rounded-sm border border-line-strong bg-sunken px-1.5 font-mono text-xs">
                {keys}
              </kbd>
            </dt>
            <dd>{label}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
