import { EmptyState } from '@/components/feedback/panels'
import { Section } from '@/components/layout/section'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount, formatNumber } from '@/lib/format'
import type { ListParams } from '@/lib/list-params'
import type { Asked } from '@/lib/mig/acl/asked'
import type { KnownSigner } from '@/lib/mig/acl/people'
import { whatIfList } from '@/lib/mig/acl/search-params'
import { type FoundSets, type Help, minimalSets, type SignerSet } from '@/lib/mig/acl/signer-sets'
import type { FurtherSigners as Found } from '@/lib/mig/acl/what-if-sets'
import { reasonHref } from './what-if-table'

type Names = ReadonlyMap<string, string>

const nameIn = (names: Names, id: string) => visibleText(names.get(id) ?? `investigator ${id}`)

/** One minimal set as words: each choice among people who weigh the same. */
export function setInWords(set: SignerSet, names: Names): string {
  const words = ['', 'one of', 'two of', 'three of']
  return set
    .map(({ count, of }) => {
      const people = of.map((id) => nameIn(names, id))
      return of.length === count ? people.join(' and ') : `${words[count]} ${people.join(', ')}`
    })
    .join(', and ')
}

const SETS_SHOWN = 50

/** The minimal sets of one endpoint or group, or that there are none; and who was not tried. */
export function SetList({ found: { sets, leftOut }, names }: { found: FoundSets; names: Names }) {
  const untried =
    leftOut > 0 &&
    `Tried with the people who bring the most: ${formatCount(leftOut, 'other')}, whose weights differ, ${leftOut === 1 ? 'was' : 'were'} left out.`
  if (sets.length === 0)
    return (
      <p className="text-muted text-sm">
        No three further people {untried ? <>of those tried are enough. {untried}</> : 'are enough.'}
      </p>
    )
  return (
    <>
      <ul className="flex list-disc flex-col gap-0.5 pl-4 text-sm">
        {sets.slice(0, SETS_SHOWN).map((set) => (
          <li key={JSON.stringify(set)} className="wrap-anywhere">
            {setInWords(set, names)}
          </li>
        ))}
      </ul>
      {sets.length > SETS_SHOWN && (
        <p className="text-muted text-sm">And {formatCount(sets.length - SETS_SHOWN, 'other choice')}.</p>
      )}
      {untried && <p className="text-muted text-sm">{untried}</p>}
    </>
  )
}

function HelpList({ title, helps, params, asked, names }: HelpProps) {
  return (
    <Section title={title}>
      {helps.length === 0 ? (
        <p className="text-muted text-sm">Nobody is enough on any of them.</p>
      ) : (
        <ul className="divide-y divide-line rounded-md border border-line bg-surface text-sm">
          {helps.map(({ people, endpoints }) => (
            <li key={people.join(' ')} className="flex items-center gap-3 px-3 py-1.5">
              <span className="min-w-0 flex-1 truncate">
                <TextLink
                  href={whatIfList.href(params, {
                    filters: {
                      signer: [...asked.signers.map((s) => s.investigatorId), ...people].join(','),
                      outcome: null,
                      differs: null,
                      short: null,
                    },
                  })}
                  title="The same question with this signature too"
                >
                  {people.map((id) => nameIn(names, id)).join(' and ')}
                </TextLink>
              </span>
              <span className="tabular-nums">{formatCount(endpoints, 'endpoint')}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

type HelpProps = {
  title: string
  helps: readonly Help[]
  params: ListParams<(typeof whatIfList)['filters']>
  asked: Asked
  names: Names
}

/** Who would help most on all endpoints that lack weight, and, by groups of the same rules, every minimal set. */
export function FurtherSigners({
  params,
  asked,
  found,
  people,
}: {
  params: ListParams<(typeof whatIfList)['filters']>
  asked: Asked
  found: Found
  people: readonly KnownSigner[]
}) {
  const names = new Map<string, string>(people.map((person) => [person.investigatorId, person.name]))
  if (found.short === 0)
    return (
      <EmptyState title="No endpoint lacks weight" icon="circle-check">
        Where an endpoint still does not accept, more signatures would not change that.
      </EmptyState>
    )
  return (
    <>
      <div className="grid gap-6 md:grid-cols-2">
        <HelpList
          title="Best single further signer"
          helps={found.singles}
          params={params}
          asked={asked}
          names={names}
        />
        <HelpList
          title="Best pair of further signers"
          helps={found.pairs}
          params={params}
          asked={asked}
          names={names}
        />
      </div>
      <Section
        title="By groups of endpoints with the same rules"
        remark={`${formatNumber(found.short)} short in ${formatCount(found.groupCount, 'group')}${
          found.groupCount > found.groups.length ? `, the ${found.groups.length} largest` : ''
        }`}
      >
        <div className="overflow-x-auto rounded-md border border-line bg-surface">
          <table className="w-full border-separate border-spacing-0 text-sm">
            <caption className="sr-only">Groups of endpoints and who would have to sign besides</caption>
            <thead>
              <tr className="text-left text-muted text-xs [&>th]:h-row [&>th]:px-3 [&>th]:font-medium">
                <th scope="col">Endpoints</th>
                <th scope="col">Missing</th>
                <th scope="col">Any of these would be enough</th>
              </tr>
            </thead>
            <tbody>
              {found.groups.map(({ endpoints, sample, lack }) => (
                <tr key={sample} className="align-top [&>*]:border-line [&>*]:border-t [&>*]:px-3 [&>*]:py-1.5">
                  <th scope="row" className="whitespace-nowrap text-left font-normal">
                    <TextLink href={reasonHref(params, sample)} title="One of them, line by line">
                      {formatNumber(endpoints)}
                    </TextLink>
                  </th>
                  <td className="whitespace-nowrap">
                    {lack.missing
                      .flatMap((missing, k) =>
                        missing > 0 ? [`${visibleText(asked.question.modules[k]?.name ?? '')} ${missing}`] : [],
                      )
                      .join(', ')}
                  </td>
                  <td>
                    <SetList found={minimalSets(lack)} names={names} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Section>
    </>
  )
}
