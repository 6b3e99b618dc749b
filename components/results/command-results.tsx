import { Notice } from '@/components/feedback/notice'
import { CodeBlock } from '@/components/ui/code-block'
import { Disclosure } from '@/components/ui/disclosure'
import { JsonView } from '@/components/ui/json-view'
import { TextLink } from '@/components/ui/text-link'
import { formatBytes, formatCount } from '@/lib/format'
import type { CommandDetail } from '@/lib/mig/commands/queries'
import { readAnswer } from '@/lib/mig/modules-json/answer'
import type { OperationResult } from '@/lib/mig/modules-json/results'
import { OperationResultView } from './operation-result'

/** Longer entries are only shown in the viewer of the stored text. */
const BESIDE = 20_000
const DRAWN = 150
const ENTRIES = 100

/** What of a command its results are drawn from, in a row or in a file of the spool. */
export type AnsweredCommand = Pick<CommandDetail, 'status' | 'results' | 'resultBytes' | 'modules'>

export type ResultAddresses = {
  /** This page with the rows of one entry's table from there on. */
  rows: (place: number, from: number) => string
  /** The viewer of the stored text at one entry. */
  stored: (place: number) => string
}

/** What a command answered, entry by entry, each beside the operation that it belongs to. */
export function CommandResults({
  command,
  page,
  addresses,
}: {
  command: AnsweredCommand
  /** The entry whose table does not begin with its first row. */
  page: { place: number; from: number } | null
  addresses: ResultAddresses
}) {
  const answer = readAnswer(command.status, command.results, command.resultBytes, command.modules)
  if (answer.kind === 'waiting')
    return <p className="text-muted">There is no answer: the row holds nothing, or only what MIG stores before one.</p>
  if (answer.kind === 'no-answer') return <p className="text-muted">The command ended without any results.</p>
  if (answer.kind === 'unread')
    return (
      <div className="flex flex-col gap-2">
        <Notice tone="attention" title={`The results are very large: ${formatBytes(command.resultBytes)}`}>
          They are not read here. This is their beginning; the download holds all.
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
        {command.results !== null && <JsonView text={command.results} label="Results as stored" />}
      </div>
    )
  const { entries } = answer
  if (entries.length === 0) return <p className="text-muted">The list of results is empty.</p>
  return (
    <div className="flex min-w-0 flex-col gap-6">
      <Remarks command={command} entries={entries} />
      {entries.slice(0, ENTRIES).map((result, place) => (
        <OperationResultView
          key={place}
          result={result}
          place={place}
          paging={{
            from: page?.place === place ? page.from : 0,
            href: (from) => addresses.rows(place, from),
          }}
          stored={<Stored result={result} place={place} href={addresses.stored(place)} />}
        />
      ))}
      {entries.length > ENTRIES && (
        <p className="text-attention text-sm">
          The first {ENTRIES} of {formatCount(entries.length, 'entry', 'entries')}; the stored text holds all.
        </p>
      )}
    </div>
  )
}

/** Quirks of MIG that bear on these results (mig-domain 8.1). */
function Remarks({ command, entries }: { command: AnsweredCommand; entries: OperationResult[] }) {
  const operations = command.modules.length
  const isRefused = entries.some((entry) => entry.kind === 'log')
  const ended = new Set(entries.map((entry) => entry.kind !== 'null' && entry.success !== false))
  const remarks = [
    isRefused && operations > 1 && `One record stands for all ${operations} operations.`,
    !isRefused &&
      operations > 0 &&
      entries.length !== operations &&
      `The action has ${formatCount(operations, 'operation')}, the answer ${formatCount(entries.length, 'entry', 'entries')}.`,
    ended.size > 1 && 'The command’s status is that of the operation that ended last: look at each.',
    entries.length > 1 &&
      ended.size === 1 &&
      entries.some((entry) => entry.errors.length > 0) &&
      'A module’s errors do not change the command’s status.',
  ].filter((remark) => remark !== false)
  if (remarks.length === 0) return null
  return <p className="max-w-text text-muted text-sm">{remarks.join(' ')}</p>
}

function Stored({ result, place, href }: { result: OperationResult; place: number; href: string }) {
  if (result.text.length > BESIDE)
    return (
      <p className="text-sm">
        <TextLink href={href}>As stored, {formatCount(result.text.length, 'character')}</TextLink>
      </p>
    )
  return (
    <Disclosure
      summary="As stored"
      aside={formatCount(result.text.length, 'character')}
      open={result.kind === 'other' || result.kind === 'unknown'}
    >
      <JsonView
        text={result.text}
        label={`Result ${place + 1}`}
        values={DRAWN}
        raw={
          <p className="text-sm">
            <TextLink href={href}>Open in the viewer</TextLink>
          </p>
        }
      />
    </Disclosure>
  )
}
