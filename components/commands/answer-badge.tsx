import { StatusBadge } from '@/components/ui/badge'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import type { Answer } from '@/lib/mig/modules-json/answer'

/** What a command answered, in a table cell: found, nothing found, refused and why; never "nothing" for what was not read. */
export function AnswerBadge({ answer }: { answer: Answer }) {
  if (answer.kind === 'waiting') return <Unknown why="No answer yet" />
  if (answer.kind === 'no-answer') return <Unknown why="The command ended without results" />
  if (answer.kind === 'unread') return <span className="text-muted">too long for this list</span>
  if (answer.kind === 'unreadable') return <StatusBadge label="unreadable" tone="odd" title={answer.why} bare />
  if (answer.found) return <StatusBadge label="found" tone="attention" icon="flag" bare />
  if (answer.reason)
    return (
      <span className="block max-w-96 truncate text-bad" title={answer.reason}>
        {visibleText(answer.reason)}
      </span>
    )
  if (answer.entries.every((entry) => entry.kind === 'null' || entry.kind === 'skeleton'))
    return <span className="text-muted">no result</span>
  return <span className="text-muted">{answer.found === false ? 'nothing found' : 'answered'}</span>
}
