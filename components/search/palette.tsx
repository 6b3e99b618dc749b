'use client'

import { useRouter } from 'next/navigation'
import {
  type KeyboardEvent,
  startTransition,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { Icon } from '@/components/ui/icon'
import { Overlay } from '@/components/ui/overlay'
import { cn } from '@/lib/cn'
import { browserStore } from './browser-store'
import { type Item, type ItemGroup, paletteGroups, placeOf } from './items'
import { recentPlaces } from './recent'
import { type SearchState, useAnswer } from './use-answer'

export type PaletteProps = {
  person: string
  isAdmin: boolean
  signOut: () => Promise<void>
  /** What was typed before the field was there; asked once. */
  takeEarly: () => string
  onClosed: () => void
}

/** The dialog of the search: a combobox over places, hits and what may be done. */
export function Palette({ person, isAdmin, signOut, takeEarly, onClosed }: PaletteProps) {
  const router = useRouter()
  const dialog = useRef<HTMLDialogElement>(null)
  const [text, setText] = useState('')
  const [chosenKey, setChosenKey] = useState<string | null>(null)
  const [attempt, setAttempt] = useState(0)
  const [recent] = useState(() => recentPlaces(browserStore('sessionStorage'), person))
  const state = useAnswer(text, attempt)
  const groups = paletteGroups(text, { isAdmin, recent, found: state.status === 'done' ? state.groups : [] })
  const items = groups.flatMap((group) => group.items)
  const active = placeOf(items, chosenKey)
  const chosen = items[active]

  const type = (typed: string) => {
    setText(typed)
    // What Enter opens stays what it was when the answer arrives.
    const [first] = paletteGroups(typed, { isAdmin, recent, found: [] })
    setChosenKey(first?.items[0]?.key ?? null)
  }

  const open = useEffectEvent(() => {
    const early = takeEarly()
    if (early) type(early)
  })
  // Before another key is heard: what comes after goes behind what was taken here.
  useLayoutEffect(() => open(), [])

  useEffect(() => {
    // Hits come in above it.
    if (state.status === 'done')
      dialog.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }, [state.status])

  const pick = (item: Item) => {
    // Closing first gives the focus back to where it was.
    dialog.current?.hidePopover()
    if (item.href !== undefined) router.push(item.href)
    else if (item.does === 'theme') document.querySelector<HTMLElement>('[data-theme-toggle]')?.click()
    else if (item.does === 'shortcuts') document.dispatchEvent(new Event('mig:shortcuts'))
    else startTransition(() => signOut())
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const last = items.length - 1
    const moves: Record<string, number> = {
      ArrowDown: active >= last ? 0 : active + 1,
      ArrowUp: active <= 0 ? last : active - 1,
      PageDown: Math.min(active + 8, last),
      PageUp: Math.max(active - 8, 0),
    }
    const to = moves[event.key]
    if (to !== undefined) {
      event.preventDefault()
      setChosenKey(items[Math.max(to, 0)]?.key ?? null)
      document.getElementById(`found-${Math.max(to, 0)}`)?.scrollIntoView({ block: 'nearest' })
    } else if (event.key === 'Enter' && chosen) {
      event.preventDefault()
      pick(chosen)
    }
  }

  return (
    <Overlay
      ref={dialog}
      label="Search"
      onClosed={onClosed}
      className="flex max-h-[75vh] max-w-[40rem] flex-col overflow-hidden max-sm:max-h-[90dvh] sm:mt-[10vh]"
    >
      <div className="flex shrink-0 items-center gap-2 border-line border-b px-3">
        <Icon name="search" className="size-4 text-muted" />
        <input
          type="text"
          role="combobox"
          aria-label="Search pages, ids, names, fingerprints and files"
          aria-expanded={items.length > 0}
          aria-controls="found"
          aria-autocomplete="list"
          aria-activedescendant={chosen ? `found-${active}` : undefined}
          autoComplete="off"
          spellCheck={false}
          maxLength={200}
          placeholder="A page, an id, a name, a fingerprint, a file"
          value={text}
          onChange={(event) => type(event.target.value)}
          onKeyDown={onKeyDown}
          className="h-11 min-w-0 flex-1 bg-transparent outline-hidden placeholder:text-faint"
        />
        {state.status === 'busy' && <Icon name="loader" className="spin size-4 text-muted" />}
        <button
          type="button"
          aria-label="Close the search"
          className="inline-flex size-8 items-center justify-center rounded-sm text-muted hover:bg-hover hover:text-ink"
          onClick={() => dialog.current?.hidePopover()}
        >
          <Icon name="x" className="size-4" />
        </button>
      </div>
      <Told
        state={state}
        count={items.length}
        text={text}
        onRetry={() => {
          setAttempt(attempt + 1)
          dialog.current?.querySelector('input')?.focus()
        }}
      />
      <div
        id="found"
        role="listbox"
        tabIndex={-1}
        aria-label="What was found"
        className="min-h-0 overflow-y-auto p-1 empty:hidden"
      >
        {groups.map((group) => (
          <Group key={group.key} group={group} items={items} chosen={chosen} onPick={pick} onPoint={setChosenKey} />
        ))}
      </div>
    </Overlay>
  )
}

function Told({
  state,
  count,
  text,
  onRetry,
}: {
  state: SearchState
  count: number
  text: string
  onRetry: () => void
}) {
  if (state.status === 'failed')
    return (
      <p
        role="alert"
        className="flex shrink-0 flex-wrap items-center gap-x-3 border-line border-b px-3 py-2 text-bad text-sm"
      >
        {state.sentence}
        <button type="button" className="text-accent underline" onClick={onRetry}>
          Try again
        </button>
      </p>
    )
  const unsearched = state.status === 'done' ? state.groups.filter(({ problem }) => problem !== null).length : 0
  const words =
    state.status === 'busy'
      ? ''
      : count > 0
        ? `${count} ${count === 1 ? 'result' : 'results'}`
        : unsearched > 0
          ? 'Nothing was found where it could be searched.'
          : `Nothing is called "${text.trim()}", and nothing begins so.`
  return (
    <p role="status" className={cn('shrink-0 text-muted text-sm', count > 0 || words === '' ? 'sr-only' : 'px-3 py-2')}>
      {words}
    </p>
  )
}

function Group({
  group,
  items,
  chosen,
  onPick,
  onPoint,
}: {
  group: ItemGroup
  items: Item[]
  chosen: Item | undefined
  onPick: (item: Item) => void
  onPoint: (key: string) => void
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of options, which no element is
    <div role="group" aria-labelledby={`found-in-${group.key}`}>
      <div id={`found-in-${group.key}`} className="px-2 pt-2 pb-1 font-medium text-muted text-xs">
        {group.label}
        {group.problem && <span className="font-normal text-bad"> · {group.problem}</span>}
      </div>
      {group.items.map((item) => {
        const index = items.indexOf(item)
        return (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
          <div
            key={item.key}
            id={`found-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={item === chosen}
            onClick={() => onPick(item)}
            onPointerMove={() => item !== chosen && onPoint(item.key)}
            className={cn(
              'flex min-h-8 cursor-pointer items-center gap-2.5 rounded-sm px-2 py-1 text-sm pointer-coarse:min-h-10',
              item === chosen && 'bg-accent-tint text-accent outline-1 outline-transparent',
            )}
          >
            <Icon name={item.icon} className="size-4 text-muted" />
            <span className="min-w-0 max-w-full truncate">
              <bdi>{item.label}</bdi>
            </span>
            {item.detail && (
              <span className="min-w-0 flex-1 truncate text-right text-muted text-xs">
                <bdi>{item.detail}</bdi>
              </span>
            )}
          </div>
        )
      })}
    </div>
  )
}
