import { StatusBadge } from '@/components/ui/badge'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import { cn } from '@/lib/cn'
import { formatBytes, formatNumber } from '@/lib/format'
import type { ShortAnswer } from '@/lib/mig/commands/short-answer'
import type { Hit } from '@/lib/mig/modules-json/hit'

/** What a command answered, in a table cell: found and what, nothing, refused and why; never "nothing" for what was not read. `lines` gives a reason room for three lines. */
export function AnswerBadge({ answer, lines = false }: { answer: ShortAnswer; lines?: boolean }) {
  const { kind, found, reason, hits, hitCount } = answer
  if (kind === 'waiting') return <Unknown why="No answer yet" />
  if (kind === 'no-answer') return <Unknown why="The command ended without results" />
  if (kind === 'unreadable') return <StatusBadge label="unreadable" tone="odd" title={answer.why ?? undefined} bare />
  if (kind === 'unread')
    return (
      <span className="flex items-center gap-2">
        {found && <StatusBadge label="found" tone="attention" icon="flag" bare />}
        <span className="text-muted">
          {answer.bytes === null ? 'large: open it to see' : `${formatBytes(answer.bytes)}: open it to see`}
        </span>
      </span>
    )
  if (found)
    return (
      <span className="flex min-w-0 items-center gap-2">
        <StatusBadge label="found" tone="attention" icon="flag" bare />
        {hits[0] && <FirstHits hits={hits} count={hitCount} />}
      </span>
    )
  if (reason !== null)
    return (
      <span className={cn('text-bad', lines ? 'line-clamp-3' : 'block truncate')} title={visibleText(reason)}>
        <bdi>{visibleText(reason)}</bdi>
      </span>
    )
  if (answer.empty) return <span className="text-muted">no result</span>
  return <span className="text-muted">{found === false ? 'nothing found' : 'answered'}</span>
}

const wordsOf = (hit: Hit) => visibleText([hit.path, hit.check].filter(Boolean).join(' · '))

function FirstHits({ hits, count }: { hits: Hit[]; count: number }) {
  const [first] = hits
  if (!first) return null
  return (
    <span className="min-w-0 truncate" title={hits.map(wordsOf).join('\n')}>
      <bdi className="font-mono text-xs">{visibleText(first.path || first.value)}</bdi>
      {count > 1 && <span className="text-faint"> and {formatNumber(count - 1)} more</span>}
    </span>
  )
}
