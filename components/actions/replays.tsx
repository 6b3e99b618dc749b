import { ExactMoment } from '@/components/feedback/moment'
import { Notice } from '@/components/feedback/notice'
import { StatusBadge } from '@/components/ui/badge'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount } from '@/lib/format'
import type { Replay, SignatureReport } from '@/lib/mig/signatures/queries'
import { actionStatus } from '@/lib/mig/wire/status'

/** Other actions that carry a signature of this one, or the text that is signed here. */
export function Replays({ replays }: { replays: SignatureReport['replays'] }) {
  if (replays === 'too-slow')
    return (
      <p className="text-attention">Looking for other actions with these signatures took too long and was stopped.</p>
    )
  const { rows, more } = replays
  if (rows.length === 0)
    return <p className="text-muted">No other action carries these signatures or this signed text.</p>
  return (
    <Notice
      tone="attention"
      title={`${more ? 'More than ' : ''}${formatCount(rows.length, 'other action')} with what is signed here`}
    >
      <ul className="flex flex-col gap-1">
        {rows.map((row) => (
          <li key={row.id} className="flex flex-wrap items-baseline gap-x-2">
            <TextLink href={`/actions/${row.id}`}>
              <bdi>{visibleText(row.name)}</bdi>
            </TextLink>
            <StatusBadge {...actionStatus(row.status)} bare />
            <span className="text-muted">{sameness(row)}</span>
            {row.starttime && (
              <span className="text-muted">
                started <ExactMoment at={row.starttime} />
              </span>
            )}
          </li>
        ))}
      </ul>
    </Notice>
  )
}

function sameness({ sameSignature, sameText }: Replay): string {
  if (sameSignature && sameText) return 'a replay: the same text with the same signature'
  if (sameSignature) return 'the same signature on another text'
  return 'the same text, signed anew'
}
