import { ExactMoment } from '@/components/feedback/moment'
import { KeyValue, type KeyValueItem } from '@/components/ui/key-value'
import { Mono } from '@/components/ui/mono'
import { visibleText } from '@/components/ui/visible-text'
import { formatDuration, instantMillis } from '@/lib/format'
import type { ActionDetail } from '@/lib/mig/actions/queries'
import { idCreatedAt } from '@/lib/mig/wire/id'

const SYNTAX: Record<number, string> = {
  1: 'matched as a part of name, queue, system or version (syntax version 1)',
  2: 'a condition on the agents table (syntax version 2)',
}

/** What an action asks and of whom. */
export function ActionFacts({ action }: { action: ActionDetail }) {
  const { description, threat } = action
  const items: KeyValueItem[] = [
    {
      key: 'target',
      label: 'Target',
      value: (
        <>
          <Mono>{action.target}</Mono>
          <span className="block text-muted text-xs">
            {SYNTAX[action.syntaxversion ?? 0] ?? `syntax version ${action.syntaxversion ?? 'not stored'}`}
          </span>
        </>
      ),
    },
    ...Object.entries({ Author: description.author, Email: description.email, Reference: description.url })
      .filter(([, value]) => value)
      .map(([label, value]) => ({ key: label, label, value: visibleText(String(value)) })),
    ...(description.revision ? [{ key: 'revision', label: 'Revision', value: String(description.revision) }] : []),
    ...Object.entries({
      'Threat level': threat.level,
      'Threat family': threat.family,
      'Threat type': threat.type,
      'Threat reference': threat.ref,
    })
      .filter(([, value]) => value)
      .map(([label, value]) => ({ key: label, label, value: visibleText(String(value)) })),
    { key: 'id', label: 'Id', value: <Mono copy>{action.id}</Mono> },
  ]
  return <KeyValue items={items} />
}

/** The moments of an action's life, in order; "not yet" where MIG keeps a far date. */
export function ActionTimes({ action }: { action: ActionDetail }) {
  const created = idCreatedAt(action.id)
  const started = action.starttime && instantMillis(action.starttime)
  const finished = action.finishtime && instantMillis(action.finishtime)
  const items: KeyValueItem[] = [
    {
      key: 'created',
      label: 'Created',
      value: created ? <ExactMoment at={created.toISOString().replace('.000Z', 'Z')} /> : 'the id does not tell',
    },
    { key: 'validfrom', label: 'Valid from', value: <ExactMoment at={action.validfrom} /> },
    { key: 'starttime', label: 'Started', value: <ExactMoment at={action.starttime} /> },
    { key: 'lastupdatetime', label: 'Last answer', value: <ExactMoment at={action.lastupdatetime} /> },
    { key: 'finishtime', label: 'Finished', value: <ExactMoment at={action.finishtime} /> },
    { key: 'expireafter', label: 'Expires', value: <ExactMoment at={action.expireafter} none="never" /> },
  ]
  if (started && finished) items.push({ key: 'took', label: 'Took', value: formatDuration(finished - started) })
  return <KeyValue items={items} />
}
