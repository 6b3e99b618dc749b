'use client'

import { useState, useSyncExternalStore } from 'react'
import { browserStore } from '@/components/search/browser-store'
import { setSingleKeys, singleKeysOn } from '@/components/search/keys'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/field'

const never = () => () => {}

/** Turns the single-key shortcuts off and on in this browser. */
export function ShortcutChoice() {
  const stored = useSyncExternalStore(
    never,
    () => singleKeysOn(browserStore('localStorage')),
    () => true,
  )
  const [chosen, setChosen] = useState<boolean | null>(null)
  const [refused, setRefused] = useState(false)
  return (
    <div className="flex flex-col items-start gap-3 noscript:hidden">
      <Checkbox
        label="Single-key shortcuts"
        hint="g and a letter, /, j, k and ?. Turn them off when a screen reader or speech input types them by mistake."
        checked={chosen ?? stored}
        onChange={(event) => {
          const on = event.target.checked
          const kept = setSingleKeys(browserStore('localStorage'), on)
          setRefused(!kept)
          if (kept) setChosen(on)
        }}
      />
      {refused && (
        <p role="alert" className="text-bad text-sm">
          This browser keeps nothing for this site: nothing was changed.
        </p>
      )}
      <Button size="sm" onClick={() => document.dispatchEvent(new Event('mig:shortcuts'))}>
        Show the shortcuts
      </Button>
    </div>
  )
}
