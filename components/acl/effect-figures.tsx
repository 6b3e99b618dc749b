import { Notice } from '@/components/feedback/notice'
import { Icon } from '@/components/ui/icon'
import { PlainTable } from '@/components/ui/plain-table'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { cn } from '@/lib/cn'
import { formatCount, formatNumber } from '@/lib/format'
import type { BatchEffects } from '@/lib/mig/acl/change'

const REACHES = ['anyone', 'alone', 'editor'] as const

/** What a batch does to who can run what: pairs of endpoint and module that come and go, with examples; `isDone` of a saved one. */
export function EffectFigures({ effects, isDone }: { effects: BatchEffects; isDone?: boolean }) {
  const { pairs, endpoints, anyone, samples } = effects
  const who = {
    anyone: 'everybody together',
    alone: 'some one person alone',
    editor: isDone ? 'who saved, alone' : 'you alone',
  }
  return (
    <div className="flex flex-col gap-2 text-sm">
      <p className="text-muted">
        Of {formatCount(pairs, 'pair')} of module and endpoint, on {formatCount(endpoints, 'endpoint')}:
      </p>
      <PlainTable caption="What it does" headers={['Can be run by', 'comes', 'goes']} rows="[&_td]:py-1 tabular-nums">
        {REACHES.map((reach) => (
          <tr key={reach}>
            <td>{who[reach]}</td>
            <td className={effects[reach].gained > 0 ? 'font-medium text-good' : undefined}>
              {formatNumber(effects[reach].gained)}
            </td>
            <td className={effects[reach].lost > 0 ? 'font-medium text-bad' : undefined}>
              {formatNumber(effects[reach].lost)}
            </td>
          </tr>
        ))}
      </PlainTable>
      {anyone.lost > 0 && (
        <Notice
          tone="attention"
          title={`${formatCount(anyone.lost, 'pair loses', 'pairs lose')} the last sufficient signers`}
        />
      )}
      {samples.length > 0 && (
        <ul aria-label="Examples" className="max-h-40 overflow-auto">
          {samples.map(({ agent, endpoint, module, what, gained }) => (
            <li key={`${agent} ${module} ${what}`} className="flex items-start gap-1.5">
              <Icon
                name={gained ? 'plus' : 'x'}
                className={cn('mt-0.5 size-3.5 shrink-0', gained ? 'text-good' : 'text-bad')}
              />
              <span className="min-w-0 wrap-anywhere">
                <bdi>{visibleText(module)}</bdi> on{' '}
                <TextLink href={`/agents/${agent}`}>
                  <bdi>{visibleText(endpoint)}</bdi>
                </TextLink>{' '}
                <span className="text-muted">
                  {gained ? 'can be run by' : 'can no longer be run by'} {who[what]}
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
