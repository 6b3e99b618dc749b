import { StatusBadge } from '@/components/ui/badge'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import type { LinkedAction, LinkedCommand } from '@/lib/mig/spool/links'
import { actionStatus, commandStatus } from '@/lib/mig/wire/status'

/** The database's rows that a file belongs to; several when its id is rounded. */
export function LinkedRows({
  actions,
  commands,
  none = 'No row of the database belongs to this file.',
}: {
  actions: LinkedAction[]
  commands: LinkedCommand[]
  none?: string
}) {
  if (actions.length + commands.length === 0) return <p className="text-muted text-sm">{none}</p>
  return (
    <ul className="flex flex-col gap-2 text-sm">
      {actions.map((action) => (
        <li key={action.id} className="flex flex-wrap items-center gap-x-2">
          <span className="text-faint">Action</span>
          <TextLink href={`/actions/${action.id}`}>{visibleText(action.name) || action.id}</TextLink>
          <StatusBadge {...actionStatus(action.status)} bare />
        </li>
      ))}
      {commands.map((command) => (
        <li key={command.id} className="flex flex-wrap items-center gap-x-2">
          <span className="text-faint">Command</span>
          <TextLink
            href={`/commands/${command.id}`}
          >{`to ${visibleText(command.agent ?? `agent ${command.agentId}`)}`}</TextLink>
          <StatusBadge {...commandStatus(command.status)} bare />
        </li>
      ))}
    </ul>
  )
}
