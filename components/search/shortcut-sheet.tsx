'use client'

import Link from 'next/link'
import { useRef } from 'react'
import { Button } from '@/components/ui/button'
import { Overlay } from '@/components/ui/overlay'
import { GO, KEYS, LASTING } from './keys'

/** What every key does, in a dialog. */
export function ShortcutSheet({ onClosed }: { onClosed: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const going = Object.entries(GO).map(([letter, { label }]) => ({ keys: `g ${letter}`, label }))
  return (
    <Overlay
      ref={dialog}
      label="Shortcuts"
      onClosed={onClosed}
      className="max-h-[85dvh] max-w-[44rem] overflow-y-auto p-5 sm:mt-[5vh]"
    >
      <div className="flex items-start justify-between gap-3">
        <h2 className="font-semibold text-lg">Shortcuts</h2>
        <Button size="sm" onClick={() => dialog.current?.hidePopover()}>
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
          onClick={() => dialog.current?.hidePopover()}
        >
          settings
        </Link>
        .
      </p>
    </Overlay>
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
