import { Moment } from '@/components/feedback/moment'
import { StatusBadge } from '@/components/ui/badge'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import type { EndpointCommand } from '@/lib/mig/agents/detail-queries'
import { commandStatus } from '@/lib/mig/wire/status'

/** Commands of an endpoint, whichever of its processes they went to. */
export function EndpointCommands({
  commands,
  now,
  caption = 'Recent commands of this endpoint',
  none = 'No action has been sent to this endpoint.',
}: {
  commands: EndpointCommand[]
  now: string
  caption?: string
  none?: string
}) {
  if (commands.length === 0) return <p className="text-muted text-sm">{none}</p>
  return (
    <div className="overflow-x-auto rounded-md border border-line bg-surface">
      <table className="w-full border-separate border-spacing-0 text-sm">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="text-left text-muted text-xs [&>th]:h-row [&>th]:whitespace-nowrap [&>th]:px-3 [&>th]:font-medium">
            <th scope="col">Action</th>
            <th scope="col">Command</th>
            <th scope="col">Sent</th>
            <th scope="col">Answered</th>
          </tr>
        </thead>
        <tbody>
          {commands.map((command) => (
            <tr key={command.id} className="hover:bg-hover [&>*]:h-row [&>*]:border-line [&>*]:border-t [&>*]:px-3">
              <th scope="row" className="max-w-[min(22rem,48vw)] truncate text-left font-normal">
                <TextLink href={`/commands/${command.id}`}>
                  <bdi>{visibleText(command.action ?? `action ${command.actionid} (no row)`)}</bdi>
                </TextLink>
              </th>
              <td>
                <StatusBadge {...commandStatus(command.status)} bare />
              </td>
              <td>
                <Moment at={command.starttime} now={now} />
              </td>
              <td>
                <Moment at={command.finishtime} now={now} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
