import { Disclosure } from '@/components/ui/disclosure'
import { Icon } from '@/components/ui/icon'
import { JsonView } from '@/components/ui/json-view'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount } from '@/lib/format'
import type { Change, Difference } from '@/lib/json-difference'

const LOOKS = {
  added: { icon: 'plus', label: 'only on', box: 'border-good-line bg-good-tint text-good' },
  removed: { icon: 'minus', label: 'only on', box: 'border-bad-line bg-bad-tint text-bad' },
  changed: { icon: 'double', label: 'differs', box: 'border-attention-line bg-attention-tint text-attention' },
} as const

const SHORT = 200

function Value({ text, label }: { text: string; label: string }) {
  const nested = text[0] === '{' || text[0] === '['
  if (nested && text.length > SHORT)
    return (
      <Disclosure summary={text[0] === '{' ? 'an object' : 'a list'} aside={formatCount(text.length, 'character')}>
        <JsonView text={text} label={label} />
      </Disclosure>
    )
  return (
    <bdi className="font-mono text-xs wrap-anywhere">
      {visibleText(text.slice(0, 5000))}
      {text.length > 5000 && <span className="text-faint"> … {formatCount(text.length - 5000, 'more character')}</span>}
    </bdi>
  )
}

function Place({ path }: { path: Change['path'] }) {
  if (path.length === 0) return <span className="text-muted">the whole</span>
  return (
    <span className="flex flex-wrap items-center gap-x-1 font-mono text-xs">
      {path.map((step, i) => (
        <span key={i} className="inline-flex max-w-full items-center gap-1">
          {i > 0 && <Icon name="chevron-right" className="size-3 text-faint" />}
          <bdi className="wrap-anywhere text-muted">
            {typeof step === 'number' ? `[${step}]` : visibleText(step.slice(0, 500)) || '""'}
          </bdi>
        </span>
      ))}
    </span>
  )
}

function ChangeList({ changes, names }: { changes: Change[]; names: [string, string] }) {
  return (
    <ol className="flex flex-col divide-y divide-line overflow-hidden rounded-md border border-line bg-surface">
      {changes.map((change, i) => {
        const look = LOOKS[change.kind]
        return (
          <li key={i} className="flex flex-col gap-1.5 px-3 py-2">
            <span className="flex flex-wrap items-center gap-2">
              <span
                className={`inline-flex items-center gap-1 rounded-sm border px-1.5 text-xs whitespace-nowrap ${look.box}`}
              >
                <Icon name={look.icon} className="size-3" /> {look.label}
                {change.kind !== 'changed' && <bdi>{names[change.kind === 'removed' ? 0 : 1]}</bdi>}
              </span>
              <Place path={change.path} />
            </span>
            {change.kind === 'changed' ? (
              <dl className="grid gap-x-4 gap-y-1 text-sm md:grid-cols-2">
                {[change.before, change.after].map((text, side) => (
                  <div key={side} className="min-w-0">
                    <dt className="text-faint text-xs">
                      <bdi>{names[side]}</bdi>
                    </dt>
                    <dd>
                      <Value text={text} label={side === 0 ? 'In the first' : 'In the second'} />
                    </dd>
                  </div>
                ))}
              </dl>
            ) : (
              <Value text={change.kind === 'removed' ? change.before : change.after} label="Only there" />
            )}
          </li>
        )
      })}
    </ol>
  )
}

/** Where two results differ, and apart from it what differs between any two. */
export function DifferenceView({ difference, names }: { difference: Difference; names: [string, string] }) {
  const { changes, aside, complete } = difference
  return (
    <div className="flex min-w-0 flex-col gap-3">
      {changes.length === 0 ? (
        <p className="flex items-center gap-1.5 text-muted">
          <Icon name="circle-check" className="size-4" />
          {aside.length === 0
            ? 'The two results are the same.'
            : 'The same was found: only what differs from agent to agent anyway is not the same.'}
        </p>
      ) : (
        <ChangeList changes={changes} names={names} />
      )}
      {aside.length > 0 && (
        <Disclosure
          summary="Statistics, times and numbers of files looked at"
          aside={formatCount(aside.length, 'difference')}
        >
          <ChangeList changes={aside} names={names} />
        </Disclosure>
      )}
      {!complete && <p className="text-attention text-sm">There are more differences than are shown here.</p>}
    </div>
  )
}
