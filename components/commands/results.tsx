import { Notice } from '@/components/feedback/notice'
import { Badge, StatusBadge } from '@/components/ui/badge'
import { CodeBlock } from '@/components/ui/code-block'
import { JsonView } from '@/components/ui/json-view'
import { visibleText } from '@/components/ui/visible-text'
import { formatBytes } from '@/lib/format'
import { operationsSchema, readJson } from '@/lib/mig/actions/schema'
import type { CommandDetail } from '@/lib/mig/commands/queries'
import type { OperationResult } from '@/lib/mig/modules-json/results'

/** What a command answered, entry by entry, each beside the operation that it belongs to. */
export function Results({ command }: { command: CommandDetail }) {
  const { answer } = command
  if (answer.kind === 'waiting')
    return (
      <p className="text-muted">
        There is no answer: the row holds nothing, or the skeleton that MIG puts in before one.
      </p>
    )
  if (answer.kind === 'no-answer') return <p className="text-muted">The command ended without any results.</p>
  if (answer.kind === 'unread')
    return (
      <div className="flex flex-col gap-2">
        <Notice tone="attention" title={`The results are large: ${formatBytes(command.resultBytes)}`}>
          The first part is shown as text; the export of the commands list with <code>columns=results</code> holds all.
        </Notice>
        {command.results !== null && <CodeBlock text={command.results} label="Results, first part" />}
      </div>
    )
  if (answer.kind === 'unreadable')
    return (
      <div className="flex flex-col gap-2">
        <Notice tone="odd" title="These results have no known shape">
          {answer.why}
        </Notice>
        {command.results !== null && <CodeBlock text={command.results} label="Results as stored" />}
      </div>
    )
  const modules = operationsSchema.safeParse(readJson(command.operations))
  const moduleOf = (i: number) => (modules.success ? modules.data[i]?.module : undefined)
  if (answer.entries.length === 0) return <p className="text-muted">The list of results is empty.</p>
  return (
    <ol className="flex flex-col gap-3">
      {answer.entries.map((entry, i) => (
        <li key={i} className="flex flex-col gap-2 rounded-md border border-line bg-surface p-3">
          <div className="flex flex-wrap items-center gap-2">
            <Badge>{i + 1}</Badge>
            {/* A refused command holds one record, whatever the number of its operations. */}
            <span className="font-medium">
              {entry.kind === 'log' ? 'The agent refused' : visibleText(moduleOf(i) ?? 'unknown module')}
            </span>
            <EntryBadge entry={entry} />
          </div>
          <Entry entry={entry} label={`Result ${i + 1}`} />
        </li>
      ))}
    </ol>
  )
}

function EntryBadge({ entry }: { entry: OperationResult }) {
  if (entry.kind === 'null' || entry.kind === 'skeleton') return <StatusBadge label="no result" tone="odd" />
  if (entry.kind === 'log') return <StatusBadge label="refused" tone="bad" />
  if (entry.kind === 'unknown') return <StatusBadge label="odd shape" tone="odd" />
  return (
    <>
      {entry.found === true && <StatusBadge label="found" tone="attention" icon="flag" />}
      {entry.found === false && <StatusBadge label="nothing found" tone="gone" />}
      {entry.errors.length > 0 && (
        <StatusBadge label={entry.errors.length === 1 ? '1 error' : `${entry.errors.length} errors`} tone="bad" />
      )}
      {entry.success === false && <StatusBadge label="did not succeed" tone="bad" />}
    </>
  )
}

function Entry({ entry, label }: { entry: OperationResult; label: string }) {
  if (entry.kind === 'null' || entry.kind === 'skeleton')
    return <p className="text-muted text-sm">The module gave no result: it was stopped, ran out of time or crashed.</p>
  return (
    <>
      {entry.kind === 'log' && <p className="text-bad wrap-anywhere">{visibleText(entry.reason)}</p>}
      {entry.errors.length > 0 && (
        <ul className="list-disc pl-5 text-bad text-sm">
          {entry.errors.slice(0, 50).map((error, i) => (
            <li key={i} className="wrap-anywhere">
              {visibleText(error)}
            </li>
          ))}
          {entry.errors.length > 50 && <li>and {entry.errors.length - 50} more, in the tree below</li>}
        </ul>
      )}
      <JsonView text={entry.text} label={label} />
    </>
  )
}
