import { PlainTable } from '@/components/ui/plain-table'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount, formatNumber } from '@/lib/format'
import type { BatchEffects } from '@/lib/mig/acl/change'

const WHO = { anyone: 'all active people together', alone: 'some person alone', editor: 'who saved, alone' } as const

/** What a batch did to who can run what: pairs of endpoint and module that came and went, with examples. */
export function BatchEffectsView({ effects }: { effects: BatchEffects }) {
  const { samples } = effects
  return (
    <div className="flex flex-col gap-3">
      <p className="max-w-text text-muted">
        It touched {formatCount(effects.pairs, 'pair')} of endpoint and module on{' '}
        {formatCount(effects.endpoints, 'endpoint')}. Rules of the module default reach every module without a minimum
        of its own.
      </p>
      <PlainTable
        caption="Pairs of endpoint and module"
        headers={['Can be run by', 'Gained', 'Lost']}
        rows="[&_td]:h-row"
      >
        {(['anyone', 'alone', 'editor'] as const).map((what) => (
          <tr key={what}>
            <td>{WHO[what]}</td>
            <td className="tabular-nums">{formatNumber(effects[what].gained)}</td>
            <td className={effects[what].lost > 0 ? 'text-attention tabular-nums' : 'tabular-nums'}>
              {formatNumber(effects[what].lost)}
            </td>
          </tr>
        ))}
      </PlainTable>
      {samples.length > 0 && (
        <ul className="flex flex-col gap-0.5 text-sm">
          {samples.slice(0, 10).map((sample) => (
            <li key={`${sample.agent} ${sample.module} ${sample.what}`}>
              <bdi>{visibleText(sample.module)}</bdi> on{' '}
              <TextLink href={`/agents/${sample.agent}`}>
                <bdi>{visibleText(sample.endpoint)}</bdi>
              </TextLink>
              : {sample.gained ? 'can be run' : 'can not be run any more'} by {WHO[sample.what]}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
