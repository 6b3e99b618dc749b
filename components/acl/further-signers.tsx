import { type Column, DataTable } from '@/components/data-table/data-table'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { Section } from '@/components/layout/section'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount, formatNumber } from '@/lib/format'
import type { ListParams } from '@/lib/list-params'
import type { Asked } from '@/lib/mig/acl/asked'
import type { LackGroup } from '@/lib/mig/acl/lack-groups'
import type { KnownSigner } from '@/lib/mig/acl/people'
import { lackGroupList, whatIfList } from '@/lib/mig/acl/search-params'
import type { FoundSets, Help, SignerSet } from '@/lib/mig/acl/signer-sets'
import { setInWords } from '@/lib/mig/acl/signer-words'
import type { FurtherSigners as Found } from '@/lib/mig/acl/what-if-sets'
import type { Page } from '@/lib/page'
import { reasonHref } from './what-if-table'

type Params = ListParams<(typeof lackGroupList)['filters']>
type Names = ReadonlyMap<string, string>

const nameIn = (names: Names, id: string) => visibleText(names.get(id) ?? `investigator ${id}`)

const SETS_SHOWN = 50

/** The minimal sets of one endpoint, or that there are none; and who was not tried. With `some` no more, and a link to all. */
export function SetList({
  found: { sets, leftOut },
  names,
  some,
}: {
  found: FoundSets
  names: Names
  some?: { most: number; allHref: string }
}) {
  const most = some?.most ?? SETS_SHOWN
  const rest = sets.slice(most)
  const untried =
    leftOut > 0 &&
    `Tried with the people who bring the most: ${formatCount(leftOut, 'other')}, whose weights differ, ${leftOut === 1 ? 'was' : 'were'} left out.`
  if (sets.length === 0)
    return (
      <p className="text-muted text-sm">
        Not even three people {untried ? <>of those tried are enough. {untried}</> : 'are enough.'}
      </p>
    )
  return (
    <>
      <Sets sets={sets.slice(0, most)} names={names} />
      {rest.length > 0 && some && (
        <TextLink href={some.allHref}>And {formatCount(rest.length, 'other choice')}</TextLink>
      )}
      {rest.length > 0 && !some && (
        <details>
          <summary className="cursor-pointer text-accent">And {formatCount(rest.length, 'other choice')}</summary>
          <Sets sets={rest} names={names} />
        </details>
      )}
      {untried && <p className="text-muted text-sm">{untried}</p>}
    </>
  )
}

function Sets({ sets, names }: { sets: readonly SignerSet[]; names: Names }) {
  return (
    <ul className="flex list-disc flex-col gap-0.5 pl-4 text-sm">
      {sets.map((set) => (
        <li key={JSON.stringify(set)} className="wrap-anywhere">
          {visibleText(setInWords(set, names))}
        </li>
      ))}
    </ul>
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
                  href={whatIfHref(params, {
                    signer: [...asked.signers.map((s) => s.investigatorId), ...people].join(','),
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
  params: Params
  asked: Asked
  names: Names
}

/** The same question of the same endpoints on the page What if, with these filters. */
const whatIfHref = ({ given, size }: Params, filters: Record<string, string>) =>
  whatIfList.href({ given, size, filters: {} as never, sort: whatIfList.defaultSort, columns: null }, { filters })

const SETS_IN_ROW = 6

function columnsFor(params: Params, asked: Asked, names: Names): Column<LackGroup>[] {
  const modules = asked.question.modules.map(({ name }) => visibleText(name))
  return [
    {
      id: 'sample',
      header: 'Endpoints such as',
      className: 'align-top py-1.5',
      cell: ({ name, sample }) => <bdi>{name === null ? `agent ${sample}` : visibleText(name)}</bdi>,
    },
    {
      id: 'endpoints',
      header: 'Endpoints',
      sort: 'endpoints',
      align: 'right',
      className: 'align-top py-1.5',
      cell: ({ endpoints, sample }) => (
        <TextLink href={whatIfHref(params, { like: sample })} title="The endpoints of this group">
          {formatNumber(endpoints)}
        </TextLink>
      ),
    },
    {
      id: 'missing',
      header: 'Missing',
      className: 'align-top py-1.5',
      cell: ({ missing }) =>
        missing.flatMap((weight, k) => (weight > 0 ? [`${modules[k]} ${formatNumber(weight)}`] : [])).join(', '),
    },
    {
      id: 'sets',
      header: 'Any of these would be enough',
      className: 'max-w-none! whitespace-normal! align-top py-1.5',
      cell: ({ found, sample }) => (
        <SetList found={found} names={names} some={{ most: SETS_IN_ROW, allHref: reasonHref(params, sample) }} />
      ),
    },
  ]
}

/** Who would help most on all endpoints that lack weight, and, by groups of the same rules, every minimal set. */
export function FurtherSigners({
  params,
  asked,
  found,
  page,
  people,
}: {
  params: Params
  asked: Asked
  found: Found
  page: Page<LackGroup>
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
        remark={`${formatNumber(found.short)} short in ${formatCount(found.groups, 'group')}`}
      >
        <DataTable
          list={lackGroupList}
          params={params}
          page={page}
          columns={columnsFor(params, asked, names)}
          rowKey={(row) => row.sample}
          rowHref={(row) => reasonHref(params, row.sample)}
          caption="Groups of endpoints and who would have to sign besides"
          empty={<NothingMatches what="groups" clearHref={lackGroupList.href(params)} framed={false} />}
        />
      </Section>
    </>
  )
}
