import { Notice } from '@/components/feedback/notice'
import { StatusBadge } from '@/components/ui/badge'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount, formatNumber } from '@/lib/format'
import type { AgentDetail } from '@/lib/mig/agents/detail-queries'

/** The minimum weights that hang on the endpoint's newest row, and those that older rows still hold. */
export function RequirementList({ agent }: { agent: AgentDetail }) {
  const { requirements, leftBehind } = agent
  return (
    <div className="flex flex-col gap-2">
      {requirements.length === 0 ? (
        <p className="text-muted text-sm">
          No rule hangs on this endpoint&rsquo;s newest row, so the tables would refuse every action.
        </p>
      ) : (
        <table className="w-full border-separate border-spacing-0 text-sm">
          <caption className="sr-only">Minimum weights of this endpoint</caption>
          <thead>
            <tr className="text-left text-muted text-xs [&>th]:h-7 [&>th]:font-medium">
              <th scope="col">Module</th>
              <th scope="col" className="text-right">
                Minimum weight
              </th>
            </tr>
          </thead>
          <tbody>
            {requirements.map((rule) => (
              <tr key={rule.moduleid} className="[&>*]:h-7 [&>*]:border-line [&>*]:border-t">
                <th scope="row" className="text-left font-normal">
                  {rule.module === null || rule.module === 'default' ? (
                    <bdi>{rule.module ?? `module ${rule.moduleid} (no row)`}</bdi>
                  ) : (
                    <TextLink
                      href={`/actions?module=${encodeURIComponent(rule.module)}&agent=${agent.process.id}`}
                      title={`Actions that ran ${rule.module} here`}
                    >
                      <bdi>{visibleText(rule.module)}</bdi>
                    </TextLink>
                  )}
                </th>
                <td className="text-right tabular-nums">
                  {rule.minimumweight < 1 ? (
                    <StatusBadge
                      label={formatNumber(rule.minimumweight)}
                      tone="bad"
                      title="Below 1: refuses every action"
                      bare
                    />
                  ) : (
                    formatNumber(rule.minimumweight)
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {leftBehind.length > 0 && (
        <Notice tone="attention" title={`${formatCount(leftBehind.length, 'rule')} left behind on older processes`}>
          {leftBehind.length === 1 ? 'It counts' : 'They count'} for nothing: only the rules of the newest process do.
        </Notice>
      )}
      <TextLink href={`/acl/requirements?agent=${agent.newestId}`} className="text-sm">
        In the matrix of minimum weights
      </TextLink>
    </div>
  )
}
