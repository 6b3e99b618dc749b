import { Notice } from '@/components/feedback/notice'
import { StatusBadge } from '@/components/ui/badge'
import { visibleText } from '@/components/ui/visible-text'
import { formatNumber } from '@/lib/format'
import type { ModulePower } from '@/lib/mig/acl/powers-on'
import { SetList } from './further-signers'

const PROBLEMS = {
  'below-one': 'nobody: agents refuse a minimum below 1',
  ambiguous: 'undecided: two modules have this name',
  mixed: 'nobody: its live processes do not all have this rule',
  unreachable: 'nobody: all active people together do not reach it',
} as const

/** Who can run what on one endpoint: every minimal set of at most three people, a line a minimum. */
export function EndpointPowers({
  lines,
  names,
  mixed,
}: {
  lines: readonly ModulePower[]
  names: ReadonlyMap<string, string>
  mixed: boolean
}) {
  if (lines.length === 0)
    return (
      <p className="text-muted text-sm">Nobody: no minimum hangs on its newest process, so every action is refused.</p>
    )
  return (
    <div className="flex flex-col gap-2">
      {mixed && (
        <Notice tone="attention" title="Its live processes have different rules">
          These are the newest one’s. What differs counts as refusing, so such minimums and weights let nobody run
          anything.
        </Notice>
      )}
      <div className="overflow-x-auto rounded-md border border-line bg-surface">
        <table className="w-full border-separate border-spacing-0 text-sm">
          <caption className="sr-only">Who can run what here</caption>
          <thead>
            <tr className="text-left text-muted text-xs [&>th]:h-row [&>th]:px-3 [&>th]:font-medium">
              <th scope="col">Module</th>
              <th scope="col" className="text-right">
                Minimum
              </th>
              <th scope="col">Who</th>
            </tr>
          </thead>
          <tbody>
            {lines.map(({ module, moduleId, minimum, sets, leftOut, problem }) => (
              <tr key={moduleId} className="align-top [&>*]:border-line [&>*]:border-t [&>*]:px-3 [&>*]:py-1.5">
                <th scope="row" className="whitespace-nowrap text-left font-normal">
                  <bdi>{visibleText(module)}</bdi>
                  {module === 'default' && <span className="text-muted"> (all others)</span>}
                </th>
                <td className="text-right tabular-nums">{formatNumber(minimum)}</td>
                <td>
                  {problem ? (
                    <StatusBadge label={PROBLEMS[problem]} tone="bad" bare />
                  ) : (
                    <SetList found={{ sets, leftOut }} names={names} />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}
