'use client'

import Link from 'next/link'
import { type KeyboardEvent, useRef, useState } from 'react'
import { cn } from '@/lib/cn'

/** One day of the strip as it is drawn: parts lie on its 24 hours, from 0 to 1. */
type StripDay = {
  day: string
  href: string
  label: string
  kind: 'known' | 'gap' | 'absent'
  parts: { mark: string; start: number; end: number }[]
}

const STEP: Record<string, number> = { ArrowLeft: -7, ArrowRight: 7, ArrowUp: -1, ArrowDown: 1 }
const WEEKDAYS = ['Mon', '', 'Wed', '', 'Fri', '', '']

const weekday = (day: string) => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7

/** Days as a calendar, a week a column: arrows go from day to day, one stop for the tabulator. */
export function DayStrip({ days, selected, label }: { days: StripDay[]; selected: string | null; label: string }) {
  const box = useRef<HTMLDivElement>(null)
  const chosen = days.findIndex(({ day }) => day === selected)
  const [current, setCurrent] = useState(chosen >= 0 ? chosen : days.length - 1)
  const move = (event: KeyboardEvent) => {
    const step = STEP[event.key]
    const to =
      event.key === 'Home' ? 0 : event.key === 'End' ? days.length - 1 : step === undefined ? null : current + step
    if (to === null || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    const next = Math.min(Math.max(to, 0), days.length - 1)
    setCurrent(next)
    box.current?.querySelectorAll('a')[next]?.focus()
  }
  const first = weekday(days[0]?.day ?? '')
  const weeks = Math.ceil((first + days.length) / 7)
  return (
    <div className="flex gap-1.5">
      <div aria-hidden="true" className="grid grid-rows-[1.25rem_repeat(7,1.5rem)] items-center text-faint text-xs">
        <span />
        {WEEKDAYS.map((word, i) => (
          <span key={i}>{word}</span>
        ))}
      </div>
      {/* From right to left, so that it begins with today where it does not fit. */}
      <div dir="rtl" className="min-w-0 overflow-x-auto pb-1">
        <div dir="ltr" className="w-max">
          <div
            aria-hidden="true"
            className="grid h-5 text-faint text-xs"
            style={{ gridTemplateColumns: `repeat(${weeks}, 1.5rem)` }}
          >
            {monthsOf(days, first).map(({ week, word }) => (
              <span key={week} className="whitespace-nowrap" style={{ gridColumn: week + 1, gridRow: 1 }}>
                {word}
              </span>
            ))}
          </div>
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls, these are links */}
          <div
            ref={box}
            role="group"
            aria-label={label}
            onKeyDown={move}
            className="grid grid-flow-col grid-rows-[repeat(7,1.5rem)] auto-cols-[1.5rem]"
          >
            {days.map((one, i) => (
              <Link
                key={one.day}
                href={one.href}
                prefetch={false}
                scroll={false}
                aria-label={one.label}
                aria-current={one.day === selected ? 'date' : undefined}
                title={one.label}
                tabIndex={i === current ? 0 : -1}
                onFocus={() => setCurrent(i)}
                style={i === 0 ? { gridRowStart: first + 1 } : undefined}
                className="group/day block rounded-sm p-0.5 focus-visible:-outline-offset-1"
              >
                <span
                  className={cn(
                    'relative block size-5 overflow-hidden rounded-[3px] group-hover/day:ring-1 group-hover/day:ring-line-strong',
                    one.kind === 'known' && 'bg-neutral-tint',
                    one.kind === 'gap' && 'border border-line-strong border-dashed',
                    one.kind === 'absent' && 'border border-line',
                    one.day === selected && 'ring-2 ring-accent',
                  )}
                >
                  {one.parts.map(({ mark, start, end }) => (
                    <span
                      key={`${mark} ${start}`}
                      className={cn('absolute inset-y-0 min-w-[3px]', mark)}
                      style={{ left: `min(${100 * start}%, calc(100% - 3px))`, width: `${100 * (end - start)}%` }}
                    />
                  ))}
                </span>
              </Link>
            ))}
          </div>
        </div>
      </div>
    </div>
  )
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** The week in which each month begins; one that begins too near to the next is not named. */
function monthsOf(days: StripDay[], first: number): { week: number; word: string }[] {
  const begins = days.flatMap(({ day }, i) =>
    i === 0 || day.endsWith('-01')
      ? [{ week: Math.floor((first + i) / 7), word: MONTHS[Number(day.slice(5, 7)) - 1] ?? '' }]
      : [],
  )
  return begins.filter(({ week }, i) => (begins[i + 1]?.week ?? Number.POSITIVE_INFINITY) - week > 1)
}
