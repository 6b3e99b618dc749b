import Link from 'next/link'
import { Moment } from '@/components/feedback/moment'
import { StatusBadge } from '@/components/ui/badge'
import { Icon, type IconName } from '@/components/ui/icon'
import { TONE_BOX } from '@/components/ui/tone'
import { Unknown } from '@/components/ui/unknown'
import { cn } from '@/lib/cn'
import { formatBytes, formatCount, formatNumber } from '@/lib/format'
import type { StateOverview, StateScan } from '@/lib/mig/spool/overview'

type Placed = { state: string; className: string }

// Left to right as a file goes, refused actions below; on narrow windows one under the other.
const FLOWS: {
  kind: string
  title: string
  places: Placed[]
  arrows: { icon: IconName; label: string; className: string }[]
}[] = [
  {
    kind: 'action',
    title: 'Actions',
    places: [
      { state: 'new', className: 'lg:col-start-1 lg:row-start-1' },
      { state: 'inflight', className: 'lg:col-start-3 lg:row-start-1' },
      { state: 'done', className: 'lg:col-start-5 lg:row-start-1' },
      { state: 'invalid', className: 'lg:col-start-3 lg:row-start-3' },
    ],
    arrows: [
      { icon: 'arrow-right', label: 'taken by the scheduler', className: 'lg:col-start-2 lg:row-start-1' },
      { icon: 'arrow-right', label: 'all commands returned', className: 'lg:col-start-4 lg:row-start-1' },
      { icon: 'arrow-down', label: 'refused or failed', className: 'lg:col-start-3 lg:row-start-2' },
    ],
  },
  {
    kind: 'command',
    title: 'Commands',
    places: [
      { state: 'ready', className: 'lg:col-start-1 lg:row-start-1' },
      { state: 'inflight', className: 'lg:col-start-3 lg:row-start-1' },
      { state: 'returned', className: 'lg:col-start-5 lg:row-start-1' },
      { state: 'done', className: 'lg:col-start-7 lg:row-start-1' },
    ],
    arrows: [
      { icon: 'arrow-right', label: 'sent', className: 'lg:col-start-2 lg:row-start-1' },
      { icon: 'arrow-right', label: 'answered or expired', className: 'lg:col-start-4 lg:row-start-1' },
      { icon: 'arrow-right', label: 'stored', className: 'lg:col-start-6 lg:row-start-1' },
    ],
  },
]

/** The eight states as the way that a file takes through them. */
export function SpoolFlow({ states, now }: { states: StateOverview[]; now: string }) {
  return FLOWS.map((flow) => (
    <section key={flow.kind} aria-labelledby={`flow-${flow.kind}`} className="flex flex-col gap-2.5">
      <h2 id={`flow-${flow.kind}`} className="text-lg font-semibold">
        {flow.title}
      </h2>
      <div className="grid grid-cols-1 gap-2 lg:grid-cols-[minmax(0,1fr)_2rem_minmax(0,1fr)_2rem_minmax(0,1fr)_2rem_minmax(0,1fr)]">
        {flow.places.map((place) => {
          const state = states.find(({ directory: [kind, name] }) => kind === flow.kind && name === place.state)
          return state && <StateBox key={place.state} state={state} now={now} className={place.className} />
        })}
        {flow.arrows.map((arrow) => (
          <div
            key={arrow.className}
            title={arrow.label}
            className={cn('hidden items-center justify-center text-faint lg:flex', arrow.className)}
          >
            <Icon name={arrow.icon} className="size-5" />
            <span className="sr-only">{arrow.label}</span>
          </div>
        ))}
      </div>
    </section>
  ))
}

function StateBox({ state, now, className }: { state: StateOverview; now: string; className?: string }) {
  const { directory, status, health } = state
  const [kind, name] = directory
  const isLoud = health.tone === 'bad' || health.tone === 'attention'
  return (
    <article
      className={cn(
        'relative flex min-w-0 flex-col gap-1 rounded-md border p-3 hover:bg-hover',
        isLoud ? TONE_BOX[health.tone] : 'border-line bg-surface',
        className,
      )}
    >
      <div className="flex items-baseline justify-between gap-2">
        <h3 className="font-medium">
          <Link
            href={`/spool/${kind}/${name}`}
            prefetch={false}
            className="text-accent after:absolute after:inset-0 after:content-[''] hover:underline"
          >
            {kind}/{name}
          </Link>
        </h3>
        <StatusBadge tone={health.tone} label={health.word} bare />
      </div>
      <p className="text-2xl font-semibold tabular-nums text-ink">
        {status === 'present' ? formatNumber(state.files) : <Unknown why={health.sentence} />}
      </p>
      <p className="text-muted text-xs">
        {status !== 'present' ? (
          'not counted'
        ) : state.oldest ? (
          <>
            oldest <Moment at={state.oldest} now={now} />, newest <Moment at={state.newest} now={now} />
          </>
        ) : state.files > 0 ? (
          'no name carries a moment'
        ) : (
          'no files'
        )}
      </p>
      {state.scan && state.scan.files > 0 && <Ages scan={state.scan} now={now} />}
      <p className="text-sm text-ink">{health.sentence}</p>
      {state.strangers > 0 && (
        <p className="text-muted text-xs wrap-anywhere">
          {formatCount(state.strangers, 'entry MIG did not write', 'entries MIG did not write')}:{' '}
          {state.strangerNames.slice(0, 3).map((stranger, i) => (
            <span key={stranger.name}>
              {i > 0 && ', '}
              <bdi className="font-mono">{stranger.shown}</bdi>
            </span>
          ))}
          {state.strangers > 3 && ' …'}
        </p>
      )}
    </article>
  )
}

const AGE_LABELS = ['1 min', '10 min', '1 h', '6 h', '1 day', '3 days', 'older'] as const

/** How long ago the files were written, as a bar from young to old, and how much they take; as of the background scan. */
function Ages({ scan, now }: { scan: StateScan; now: string }) {
  const most = Math.max(1, ...scan.ages.map(({ count }) => count))
  const words = scan.ages
    .map(({ count }, i) => `${formatNumber(count)} ${i < 6 ? `within ${AGE_LABELS[i]}` : AGE_LABELS[i]}`)
    .join(', ')
  return (
    <div className="flex flex-col gap-1">
      <div className="flex h-8 items-end gap-px" role="img" aria-label={`Last written: ${words}`} title={words}>
        {scan.ages.map(({ within, count }) => (
          <span
            key={within ?? 'older'}
            className={cn('min-w-0 flex-1 rounded-t-sm', count > 0 ? 'bg-waiting-mark' : 'bg-line')}
            style={{ height: count > 0 ? `${Math.max(10, Math.round((100 * count) / most))}%` : '1px' }}
          />
        ))}
      </div>
      <div className="flex justify-between text-faint text-xs" aria-hidden="true">
        <span>1 min</span>
        <span>written ago</span>
        <span>&gt; 3 d</span>
      </div>
      <p className="text-muted text-xs">
        {scan.isCut && 'more than '}
        {formatBytes(scan.bytes)}
        {scan.oldest && (
          <>
            , written <Moment at={scan.oldest} now={now} /> to <Moment at={scan.newest} now={now} />
          </>
        )}
      </p>
    </div>
  )
}
