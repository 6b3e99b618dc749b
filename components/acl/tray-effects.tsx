import { Notice } from '@/components/feedback/notice'
import { Icon } from '@/components/ui/icon'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { cn } from '@/lib/cn'
import { formatCount, formatNumber } from '@/lib/format'
import type { BatchAnswer, BatchEffects } from '@/lib/mig/acl/change'

const WHO: Record<'anyone' | 'alone' | 'editor', string> = {
  anyone: 'everybody together',
  alone: 'some one person alone',
  editor: 'you alone',
}

/** What the changes would do to who can run what, as the server answered. */
export function Effects({ answer, isWaiting }: { answer: BatchAnswer | null; isWaiting: boolean }) {
  const effects = answer?.kind === 'preview' || answer?.kind === 'confirm' ? answer.effects : null
  return (
    <div className="min-w-0" aria-busy={isWaiting}>
      <h3 className="mb-1 font-medium text-xs">What it does</h3>
      {effects ? (
        <Figures effects={effects} isOld={isWaiting} />
      ) : (
        <p role="status" className="text-muted text-xs">
          {isWaiting || !answer || answer.kind === 'saved'
            ? 'Asking the database what it would do'
            : 'Nothing was changed.'}
        </p>
      )}
    </div>
  )
}

function Figures({ effects, isOld }: { effects: BatchEffects; isOld: boolean }) {
  const { pairs, endpoints, anyone, samples } = effects
  return (
    <div className={cn('flex flex-col gap-2', isOld && 'opacity-55')}>
      <table className="w-full border-separate border-spacing-0 text-xs tabular-nums">
        <caption className="pb-1 text-left text-muted">
          Of {formatCount(pairs, 'pair')} of module and endpoint, on {formatCount(endpoints, 'endpoint')}
        </caption>
        <thead className="text-muted">
          <tr>
            <th scope="col" className="text-left font-medium">
              What can be run by
            </th>
            <th scope="col" className="text-right font-medium">
              comes
            </th>
            <th scope="col" className="text-right font-medium">
              goes
            </th>
          </tr>
        </thead>
        <tbody>
          {(['anyone', 'alone', 'editor'] as const).map((who) => (
            <tr key={who}>
              <th scope="row" className="py-0.5 text-left font-normal">
                {WHO[who]}
              </th>
              <td className={cn('text-right', effects[who].gained > 0 && 'font-medium text-good')}>
                {formatNumber(effects[who].gained)}
              </td>
              <td className={cn('text-right', effects[who].lost > 0 && 'font-medium text-bad')}>
                {formatNumber(effects[who].lost)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {anyone.lost > 0 && (
        <Notice
          tone="attention"
          title={`${formatCount(anyone.lost, 'pair loses', 'pairs lose')} the last sufficient signers`}
        />
      )}
      {samples.length > 0 && (
        <ul aria-label="Examples" className="max-h-32 overflow-auto text-xs">
          {samples.map(({ agent, endpoint, module, what, gained }) => (
            <li key={`${agent} ${module} ${what}`} className="flex items-center gap-1.5">
              <Icon name={gained ? 'plus' : 'x'} className={cn('size-3.5', gained ? 'text-good' : 'text-bad')} />
              <span className="min-w-0 truncate">
                <bdi>{visibleText(module)}</bdi> on{' '}
                <TextLink href={`/agents/${agent}`}>
                  <bdi>{visibleText(endpoint)}</bdi>
                </TextLink>{' '}
                <span className="text-muted">
                  {gained ? 'can be run by' : 'can no longer be run by'} {WHO[what]}
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
