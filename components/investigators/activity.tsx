import { Moment } from '@/components/feedback/moment'
import { StatusBadge } from '@/components/ui/badge'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatNumber } from '@/lib/format'
import type { InvestigatorDetail } from '@/lib/mig/investigators/queries'
import { actionStatus } from '@/lib/mig/wire/status'

const HEAD = 'h-row whitespace-nowrap px-3 text-left font-medium text-muted text-xs'
const BODY =
  '[&_td]:h-row [&_td]:border-line [&_td]:border-t [&_td]:px-3 [&_th]:h-row [&_th]:border-line [&_th]:border-t [&_th]:px-3'

/** The last actions that the investigator signed. */
export function SignedActions({ investigator, now }: { investigator: InvestigatorDetail; now: string }) {
  if (investigator.actions.length === 0)
    return <p className="text-muted text-sm">No action carries a signature of this investigator.</p>
  return (
    <div className="overflow-x-auto rounded-md border border-line bg-surface">
      <table className="w-full border-separate border-spacing-0 text-sm">
        <caption className="sr-only">Actions signed, the latest first</caption>
        <thead>
          <tr>
            <th scope="col" className={HEAD}>
              Action
            </th>
            <th scope="col" className={HEAD}>
              Status
            </th>
            <th scope="col" className={HEAD}>
              Valid from
            </th>
          </tr>
        </thead>
        <tbody className={BODY}>
          {investigator.actions.map((action) => (
            <tr key={action.id}>
              <th scope="row" className="max-w-[min(28rem,52vw)] truncate text-left font-normal">
                <TextLink href={`/actions/${action.id}`}>
                  <bdi title={visibleText(action.name)}>{visibleText(action.name)}</bdi>
                </TextLink>
              </th>
              <td className="whitespace-nowrap">
                <StatusBadge {...actionStatus(action.status)} bare />
              </td>
              <td className="whitespace-nowrap">
                <Moment at={action.validfrom} now={now} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** The weights held, summed up by module; a range where agents differ. */
export function WeightSummary({ investigator }: { investigator: InvestigatorDetail }) {
  if (investigator.weights.length === 0)
    return <p className="text-muted text-sm">No weight is set: the tables let this investigator run nothing.</p>
  return (
    <div className="overflow-x-auto rounded-md border border-line bg-surface">
      <table className="w-full border-separate border-spacing-0 text-sm">
        <caption className="sr-only">Weights by module</caption>
        <thead>
          <tr>
            <th scope="col" className={HEAD}>
              Module
            </th>
            <th scope="col" className={`${HEAD} text-right`}>
              Weight
            </th>
            <th scope="col" className={`${HEAD} text-right`}>
              Agent rows
            </th>
          </tr>
        </thead>
        <tbody className={BODY}>
          {investigator.weights.map((weight) => (
            <tr key={weight.moduleId}>
              <th scope="row" className="text-left font-normal">
                <TextLink href={`/acl/permissions?investigator=${investigator.id}&module=${weight.moduleId}`}>
                  {weight.module === null ? `module ${weight.moduleId} (no row)` : visibleText(weight.module)}
                </TextLink>
              </th>
              <td className="text-right tabular-nums">
                {weight.least === weight.greatest
                  ? formatNumber(weight.least)
                  : `${formatNumber(weight.least)} to ${formatNumber(weight.greatest)}`}
              </td>
              <td className="text-right tabular-nums">{formatNumber(weight.agents)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
