'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { type ComponentType, useEffect, useEffectEvent, useRef, useState } from 'react'
import { buttonClass } from '@/components/ui/button'
import { Icon } from '@/components/ui/icon'
import { browserStore } from './browser-store'
import { asksForSearch, typedOnto } from './keys'
import type { PaletteProps } from './palette'
import { forgetPlaces, rememberPlace } from './recent'

/** Opens the palette, also by Ctrl-K; without scripts it leads to the page of the search. The palette is loaded on first use. */
export function SearchButton({
  person,
  isAdmin,
  signOut,
}: {
  person: string
  isAdmin: boolean
  signOut: () => Promise<void>
}) {
  const [Palette, setPalette] = useState<ComponentType<PaletteProps> | null>(null)
  const [isOpen, setOpen] = useState(false)
  const [turn, setTurn] = useState(0)
  const [failed, setFailed] = useState(false)
  const pathname = usePathname()
  // What is typed until the palette is there, whose field it belongs to; null while none is awaited.
  const early = useRef<string | null>(null)
  const takeEarly = () => {
    const text = early.current ?? ''
    early.current = null
    return text
  }

  const open = useEffectEvent(async () => {
    if (document.querySelector('dialog:popover-open')) return
    early.current ??= ''
    if (!Palette) {
      try {
        const loaded = await import('./palette')
        setPalette(() => loaded.Palette)
      } catch {
        early.current = null
        setFailed(true)
        return
      }
    }
    // Given up meanwhile.
    if (early.current === null) return
    setOpen(true)
  })

  // Asked for again before the browser told that it is closed: it is another one then.
  const onClosed = () => {
    if (early.current === null) setOpen(false)
    else setTurn((before) => before + 1)
  }

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!asksForSearch(event)) return
      event.preventDefault()
      void open()
    }
    // Before the single keys of the page, or a field that has the focus, take it.
    const onEarlyKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') early.current = null
      const text = early.current === null ? null : typedOnto(early.current, event)
      if (text === null) return
      early.current = text
      event.preventDefault()
      event.stopPropagation()
    }
    const onAsk = () => void open()
    document.addEventListener('keydown', onKey)
    document.addEventListener('keydown', onEarlyKey, { capture: true })
    document.addEventListener('mig:search', onAsk)
    return () => {
      document.removeEventListener('keydown', onKey)
      document.removeEventListener('keydown', onEarlyKey, { capture: true })
      document.removeEventListener('mig:search', onAsk)
    }
  }, [])

  useEffect(() => {
    if (pathname === '/search') return
    // The title of a page comes a moment after its address.
    const timer = setTimeout(() => {
      const title = document.querySelector('main h1')?.textContent ?? document.title
      rememberPlace(browserStore('sessionStorage'), person, { href: pathname, title: title.slice(0, 120) })
    }, 1_000)
    return () => clearTimeout(timer)
  }, [pathname, person])

  // Signing out leaves the pages that have this button.
  useEffect(() => () => forgetPlaces(browserStore('sessionStorage'), person), [person])

  return (
    <>
      <Link
        href="/search"
        prefetch={false}
        aria-keyshortcuts="Control+K Meta+K"
        title={failed ? 'The search could not be loaded: this leads to its page' : 'Search (Ctrl-K)'}
        className={buttonClass({ kind: 'quiet', size: 'sm' }, 'max-md:w-8 max-md:px-0')}
        onClick={(event) => {
          if (failed || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
          event.preventDefault()
          document.dispatchEvent(new Event('mig:search'))
        }}
      >
        <Icon name="search" className="size-4" />
        <span className="max-md:sr-only">Search</span>
        <span
          aria-hidden="true"
          className="rounded-sm border border-line px-1 font-sans text-faint text-xs max-lg:hidden"
        >
          Ctrl K
        </span>
      </Link>
      {Palette && isOpen && (
        <Palette
          key={turn}
          person={person}
          isAdmin={isAdmin}
          signOut={signOut}
          takeEarly={takeEarly}
          onClosed={onClosed}
        />
      )}
    </>
  )
}
