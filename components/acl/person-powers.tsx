import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount, formatNumber } from '@/lib/format'
import type { Answer } from '@/lib/mig/acl/answers'
import type { PersonPowers as Found } from '@/lib/mig/acl/powers'
import { POWER_WORDS, POWERS } from '@/lib/mig/acl/powers-on'
import type { Instant } from '@/lib/mig/wire/time'
import { Answered } from './answered'

/** What a person may run, by module: on how many endpoints alone and with whom, each figure a link to its rows. */
export function PersonPowers({ id, answer, clock }: { id: string; answer: Answer<Found> | null; clock: Instant }) {
  const base = `/acl/powers?investigator=${id}`
  if (!answer)
    return (
      <p className="text-muted text-sm">
        Being counted over the whole fleet: look again in a minute, or at <TextLink href={base}>the rules</TextLink>.
      </p>
    )
  const { modules, partners } = answer.found
  if (modules.length === 0)
    return <p className="text-muted text-sm">No rule of an endpoint’s newest process gives this person weight.</p>
  return (
    <div className="flex flex-col gap-2">
      <div className="overflow-x-auto rounded-md border border-line bg-surface">
        <table className="w-full border-separate border-spacing-0 text-sm">
          <caption className="sr-only">What this person may run, by module</caption>
          <thead>
            <tr className="text-left text-muted text-xs [&>th]:h-row [&>th]:whitespace-nowrap [&>th]:px-3 [&>th]:font-medium">
              <th scope="col">Module</th>
              {POWERS.map((how) => (
                <th key={how} scope="col" className="text-right" title={POWER_WORDS[how].meaning}>
                  {POWER_WORDS[how].label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {modules.map(({ moduleid, module, rules }) => (
              <tr key={moduleid} className="[&>*]:h-row [&>*]:border-line [&>*]:border-t [&>*]:px-3">
                <th scope="row" className="text-left font-normal">
                  <bdi>{visibleText(module)}</bdi>
                  {module === 'default' && <span className="text-muted"> (all others)</span>}
                </th>
                {POWERS.map((how) => (
                  <td key={how} className="text-right tabular-nums">
                    {rules[how] === 0 ? (
                      <span className="text-faint">0</span>
                    ) : (
                      <TextLink href={`${base}&how=${how}&module=${moduleid}`}>{formatNumber(rules[how])}</TextLink>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {partners.length > 0 && (
        <p className="text-sm">
          With whom, where neither is enough alone:{' '}
          {partners.map((partner, i) => (
            <span key={partner.id}>
              {i > 0 && ', '}
              {visibleText(partner.name)}{' '}
              <TextLink href={`${base}&partner=${partner.id}`}>{formatCount(partner.rules, 'rule')}</TextLink>
            </span>
          ))}
          .
        </p>
      )}
      <p className="text-muted text-xs">
        Endpoints by the rules of their newest process, counted <Answered at={answer.madeAt} clock={clock} />. Left out,
        as they count as refusing: modules of which two share a name, and what live processes of one endpoint have
        different rules for.
      </p>
    </div>
  )
}
