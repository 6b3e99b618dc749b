import type { ReactNode } from 'react'
import { Operations } from '@/components/actions/operations'
import { ExactMoment } from '@/components/feedback/moment'
import { CommandResults, type ResultAddresses } from '@/components/results/command-results'
import { StatusBadge } from '@/components/ui/badge'
import { Disclosure } from '@/components/ui/disclosure'
import { KeyValue, type KeyValueItem } from '@/components/ui/key-value'
import { Mono } from '@/components/ui/mono'
import { visibleText } from '@/components/ui/visible-text'
import { modulesOf } from '@/lib/mig/modules-json/operations'
import type { Fact, FileAction, FileAgent, FileCommand, FileId, FileTime } from '@/lib/mig/spool/parse'
import { actionStatus, commandStatus } from '@/lib/mig/wire/status'

const LISTED = 200

function item(label: string, value: ReactNode): KeyValueItem {
  return { key: label, label, value }
}

function idItem(label: string, id: FileId | null): KeyValueItem {
  return item(
    label,
    id ? (
      <>
        <Mono copy>{id.id}</Mono>
        {!id.exact && <span className="block text-muted text-xs">written rounded; this is that number in full</span>}
      </>
    ) : (
      'none'
    ),
  )
}

function timeItem(label: string, time: FileTime | null): KeyValueItem {
  if (time === null) return item(label, 'not given')
  if (time.at) return item(label, <ExactMoment at={time.at} />)
  return item(label, time.isNotYet ? <ExactMoment at={null} /> : visibleText(time.text))
}

const factItems = (facts: Fact[]): KeyValueItem[] =>
  facts
    .slice(0, LISTED)
    .map((fact, i) => ({ key: `${i}`, label: visibleText(fact.key), value: visibleText(fact.value) }))

/** What an action's file says. */
export function FileActionView({ action }: { action: FileAction }) {
  const counters = action.counters.map((fact) => `${fact.value} ${fact.key}`).join(', ')
  return (
    <div className="flex flex-col gap-4">
      <KeyValue
        items={[
          item('Name', action.name ? visibleText(action.name) : 'none'),
          idItem('Id', action.id),
          item('Status', <StatusBadge {...actionStatus(action.status)} />),
          item('Target', action.target ? <Mono>{action.target}</Mono> : 'none'),
          item('Syntax version', action.syntaxVersion === null ? 'not given' : String(action.syntaxVersion)),
          timeItem('Valid from', action.validFrom),
          timeItem('Expires', action.expireAfter),
          timeItem('Started', action.startTime),
          timeItem('Last answer', action.lastUpdateTime),
          timeItem('Finished', action.finishTime),
          item('Counters at that time', counters ? visibleText(counters) : 'all zero'),
        ]}
      />
      {action.description.length > 0 && <Facts title="Description" facts={action.description} />}
      {action.threat.length > 0 && <Facts title="Threat" facts={action.threat} />}
      <div className="flex flex-col gap-2">
        <h3 className="font-medium">Operations</h3>
        {action.modules === null && <p className="text-muted">The file holds none.</p>}
        {action.modules !== null && <Operations text={action.operationsText} />}
      </div>
      <div className="flex flex-col gap-1">
        <h3 className="font-medium">Signatures</h3>
        {!action.signatures?.length && <p className="text-muted">The file holds none.</p>}
        {action.signatures?.slice(0, LISTED).map((signature, i) => (
          <Disclosure key={i} summary={`Signature ${i + 1}`}>
            <Mono copy>{signature}</Mono>
          </Disclosure>
        ))}
        <More count={action.signatures?.length ?? 0} />
      </div>
    </div>
  )
}

function Facts({ title, facts }: { title: string; facts: Fact[] }) {
  return (
    <div className="flex flex-col gap-1">
      <h3 className="font-medium">{title}</h3>
      <KeyValue items={factItems(facts)} />
      <More count={facts.length} />
    </div>
  )
}

function More({ count }: { count: number }) {
  return (
    count > LISTED && (
      <p className="text-attention text-sm">
        The first {LISTED} of {count}; the raw text below holds all.
      </p>
    )
  )
}

/** What a command's file says, without the action inside; its answer as on the command's own page. */
export function FileCommandView({
  command,
  page,
  addresses,
}: {
  command: FileCommand
  page: { place: number; from: number } | null
  addresses: ResultAddresses
}) {
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <KeyValue
        items={[
          idItem('Id', command.id),
          item('Status', <StatusBadge {...commandStatus(command.status)} />),
          timeItem('Sent', command.startTime),
          timeItem('Finished', command.finishTime),
        ]}
      />
      <div className="flex min-w-0 flex-col gap-2">
        <h3 className="font-medium">Results</h3>
        {command.results === null ? (
          <p className="text-muted">There is no answer in this file.</p>
        ) : (
          <CommandResults
            command={{
              status: command.status ?? '',
              results: command.resultsText,
              resultBytes: command.resultsText === null ? 0 : Buffer.byteLength(command.resultsText),
              modules: modulesOf(command.action?.operationsText ?? null),
            }}
            page={page}
            addresses={addresses}
          />
        )}
      </div>
    </div>
  )
}

/** The agent that a command's file carries, as it was when the command was made. */
export function FileAgentView({ agent }: { agent: FileAgent }) {
  return (
    <KeyValue
      items={[
        item('Name', agent.name ? visibleText(agent.name) : 'none'),
        idItem('Id', agent.id),
        item('Queue', agent.queueloc ? <Mono>{agent.queueloc}</Mono> : 'none'),
        item('System', visibleText(agent.os) || 'not given'),
        item('Version', visibleText(agent.version) || 'not given'),
        item('Process', agent.pid === null ? 'not given' : String(agent.pid)),
        timeItem('Started', agent.startTime),
        timeItem('Last heartbeat', agent.heartbeatTime),
      ]}
    />
  )
}
