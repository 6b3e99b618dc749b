import { ExactMoment } from '@/components/feedback/moment'
import { KeyValue, type KeyValueItem } from '@/components/ui/key-value'
import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import { formatDuration, formatNumber, instantMillis } from '@/lib/format'
import { createdOf } from '@/lib/mig/actions/anomalies'
import type { SpoolEvidence } from '@/lib/mig/actions/facts'
import type { ActionDetail } from '@/lib/mig/actions/queries'
import { type JsonFacts, jsonFacts } from '@/lib/mig/actions/schema'
import { encodeFileName, spoolFileHref } from '@/lib/mig/spool/file-name'

const SYNTAX: Readonly<Record<number, { label: string; meaning: string }>> = {
  1: {
    label: 'a part of a word (syntax version 1)',
    meaning:
      'Looked for, without regard to case, anywhere in an agent’s name, queue, system or version. Schedulers since 26 August 2014 take it for SQL, which it is not: such an action becomes invalid.',
  },
  2: {
    label: 'a condition on the agents table (syntax version 2)',
    meaning: 'The scheduler puts it into its query as SQL, among the agents heard within its time-out.',
  },
}

function targetItem(action: ActionDetail): KeyValueItem {
  const syntax = SYNTAX[action.syntaxversion ?? 0]
  return {
    key: 'target',
    label: 'Target',
    value: (
      <>
        {action.target === '' ? <Unknown why="The target is empty" /> : <Mono copy>{action.target}</Mono>}
        <span className="block text-muted text-xs">
          {syntax
            ? `${syntax.label}. ${syntax.meaning}`
            : `Of a syntax version that MIG does not have: ${action.syntaxversion ?? 'none is stored'}.`}
        </span>
      </>
    ),
  }
}

const LABELS: Readonly<Record<string, string>> = {
  'description author': 'Author',
  'description email': 'Email',
  'description url': 'Reference',
  'description revision': 'Revision',
  'threat level': 'Threat level',
  'threat family': 'Threat family',
  'threat type': 'Threat type',
  'threat ref': 'Threat reference',
}

function jsonItems(column: 'description' | 'threat', { entries, problem }: JsonFacts): KeyValueItem[] {
  const items = entries.map(({ key, value }, i) => ({
    key: `${column} ${i}`,
    label: LABELS[`${column} ${key}`] ?? (
      <bdi>
        {column} {visibleText(key)}
      </bdi>
    ),
    value: value === null ? <Unknown why="More than a line: see As stored" /> : <bdi>{visibleText(value)}</bdi>,
  }))
  if (problem)
    items.push({
      key: `${column} problem`,
      label: column === 'threat' ? 'Threat' : 'Description',
      value: <span className="text-muted">{problem}</span>,
    })
  return items
}

/** What an action asks and of whom. */
export function ActionFacts({ action }: { action: ActionDetail }) {
  const items = [
    targetItem(action),
    ...jsonItems('threat', jsonFacts(action.raw.threat)),
    ...jsonItems('description', jsonFacts(action.raw.description)),
  ]
  return <KeyValue items={items} />
}

/** The fields of an action's row that are no text: id, status, versions, times. */
export function ActionFields({ action }: { action: ActionDetail }) {
  const created = createdOf(action.id)
  const started = action.starttime && instantMillis(action.starttime)
  const finished = action.finishtime && instantMillis(action.finishtime)
  const validFrom = action.validfrom && instantMillis(action.validfrom)
  const expires = action.expireafter && instantMillis(action.expireafter)
  const items: KeyValueItem[] = [
    { key: 'id', label: 'Id', value: <Mono copy>{action.id}</Mono> },
    {
      key: 'created',
      label: 'Created',
      value: created ? <ExactMoment at={created} /> : <span className="text-faint">the id does not tell</span>,
    },
    { key: 'validfrom', label: 'Valid from', value: <ExactMoment at={action.validfrom} none="no date" /> },
    {
      key: 'expireafter',
      label: 'Expires',
      value: (
        <>
          <ExactMoment at={action.expireafter} none="never" />
          {validFrom !== null && expires !== null && (
            <span className="block text-faint text-xs">{formatDuration(expires - validFrom)} of validity</span>
          )}
        </>
      ),
    },
    { key: 'starttime', label: 'Started', value: <ExactMoment at={action.starttime} /> },
    { key: 'lastupdatetime', label: 'Last update', value: <ExactMoment at={action.lastupdatetime} /> },
    {
      key: 'finishtime',
      label: 'Finished',
      value: (
        <>
          <ExactMoment at={action.finishtime} />
          {started !== null && finished !== null && (
            <span className="block text-faint text-xs">took {formatDuration(finished - started)}</span>
          )}
        </>
      ),
    },
    {
      key: 'status',
      label: 'Status as stored',
      value: action.status === null ? <Unknown why="The row holds none" /> : <Mono>{action.status}</Mono>,
    },
    {
      key: 'syntaxversion',
      label: 'Syntax version',
      value: action.syntaxversion === null ? <Unknown why="The row holds none" /> : String(action.syntaxversion),
    },
  ]
  return <KeyValue items={items} />
}

/** The files of an action in the spool, as far as they were looked for. */
export function ActionFiles({ spool }: { spool: SpoolEvidence }) {
  if (!spool.checked) return <p className="text-muted text-sm">Not checked: {spool.why}</p>
  const files = [
    ...spool.files.map(({ directory, name }) => ({ directory, name, note: null })),
    ...spool.setAside.map(({ name, match }) => ({
      directory: ['action', 'invalid'] as const,
      name,
      note:
        match === 'same' ? 'set aside, with the same id or signature' : 'set aside then, and unreadable: perhaps it',
    })),
  ]
  return (
    <div className="flex flex-col gap-1 text-sm">
      {files.length === 0 && <p className="text-muted">No file of this action lies in the spool.</p>}
      <ul className="flex flex-col gap-1">
        {files.map(({ directory, name, note }) => (
          <li key={`${directory.join('/')}/${name}`} className="wrap-anywhere">
            <TextLink href={spoolFileHref(directory, encodeFileName(name))}>
              {directory.join('/')}/{visibleText(name)}
            </TextLink>
            {note && <span className="block text-muted text-xs">{note}</span>}
          </li>
        ))}
      </ul>
      {spool.commandsInflight !== null && spool.commandsInflight > 0 && (
        <p className="text-muted">
          {formatNumber(spool.commandsInflight)}{' '}
          <TextLink href="/spool/command/inflight">
            {spool.commandsInflight === 1 ? 'command' : 'commands'} in command/inflight
          </TextLink>
        </p>
      )}
    </div>
  )
}
