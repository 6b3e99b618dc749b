import { ActionProgress } from '@/components/actions/action-progress'
import { Moment } from '@/components/feedback/moment'
import { StatusBadge } from '@/components/ui/badge'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import type { ActionRow } from '@/lib/mig/actions/queries'
import { actionStatus } from '@/lib/mig/wire/status'

/** The newest actions, as the list of actions begins. */
export function RecentActions({ actions, now }: { actions: ActionRow[]; now: string }) {
  if (actions.length === 0) return <p className="text-muted text-sm">No action has been run yet.</p>
  return (
    <div className="overflow-x-auto rounded-md border border-line bg-surface">
      <table className="w-full border-separate border-spacing-0 text-sm">
        <caption className="sr-only">Recent actions</caption>
        <thead>
          <tr className="text-left text-muted text-xs [&>th]:h-row [&>th]:whitespace-nowrap [&>th]:px-3 [&>th]:font-medium">
            <th scope="col">Action</th>
            <th scope="col">Status</th>
            <th scope="col">Progress</th>
            <th scope="col">Started</th>
          </tr>
        </thead>
        <tbody>
          {actions.map((action) => (
            <tr key={action.id} className="hover:bg-hover [&>*]:h-row [&>*]:border-line [&>*]:border-t [&>*]:px-3">
              <th scope="row" className="max-w-[min(24rem,48vw)] truncate text-left font-normal">
                <TextLink href={`/actions/${action.id}`}>
                  <bdi title={visibleText(action.name)}>{visibleText(action.name)}</bdi>
                </TextLink>
              </th>
              <td>
                <StatusBadge {...actionStatus(action.status)} bare />
              </td>
              <td>
                <ActionProgress action={action} />
              </td>
              <td>
                <Moment at={action.starttime} now={now} none="not started" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
