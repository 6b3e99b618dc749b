import Link from 'next/link'
import { Notice } from '@/components/feedback/notice'
import { Section } from '@/components/layout/section'
import { StatStrip } from '@/components/layout/stat-strip'
import { TextLink } from '@/components/ui/text-link'
import { cn } from '@/lib/cn'
import { formatCount, formatNumber } from '@/lib/format'
import type { ListParams } from '@/lib/list-params'
import type { Asked } from '@/lib/mig/acl/asked'
import { ENDPOINT_OUTCOMES, OUTCOME_WORDS } from '@/lib/mig/acl/endpoint-verdict'
import { REFUSAL_WORDS } from '@/lib/mig/acl/refusal-words'
import { DISAGREEMENT_WORDS, DISAGREEMENTS, RULE_BOOK_WORDS, RULE_BOOKS } from '@/lib/mig/acl/rule-books'
import { whatIfList } from '@/lib/mig/acl/search-params'
import type { WhatIfCounts } from '@/lib/mig/acl/what-if-counts'

type Params = ListParams<(typeof whatIfList)['filters']>

/** The three rule books beside each other, and the verdicts of the chosen one, each a link to its endpoints. */
export function RuleBooks({ params, asked, counts }: { params: Params; asked: Asked; counts: WhatIfCounts }) {
  const { book } = params.filters
  const verdicts = counts.books[book]
  const refusal = asked.refusals[book]
  const shown = ENDPOINT_OUTCOMES.filter((outcome) => verdicts[outcome] > 0 || outcome === 'accepted').reverse()
  return (
    <Section title="Verdict" remark={`of ${formatCount(counts.total, 'endpoint')}`}>
      <ul className="grid gap-2 md:grid-cols-3" aria-label="Rule books">
        {RULE_BOOKS.map((one) => {
          const accepted = asked.refusals[one] ? 0 : counts.books[one].accepted
          return (
            <li key={one}>
              <Link
                href={whatIfList.href(params, {
                  filters: { book: one, outcome: null, differs: null, short: null, like: null },
                })}
                prefetch={false}
                aria-current={one === book ? 'true' : undefined}
                className={cn(
                  'flex h-full flex-col gap-0.5 rounded-md border bg-surface px-4 py-3 hover:bg-hover',
                  one === book ? 'border-accent shadow-[inset_0_2px_var(--accent)]' : 'border-line',
                )}
              >
                <span className="font-medium text-sm">{RULE_BOOK_WORDS[one].label}</span>
                <span>
                  <strong className={cn('font-semibold text-xl', accepted > 0 ? 'text-good' : 'text-muted')}>
                    {formatNumber(accepted)}
                  </strong>{' '}
                  accept, {formatNumber(counts.total - accepted)} do not
                </span>
                <span className="text-faint text-xs">{RULE_BOOK_WORDS[one].meaning}</span>
              </Link>
            </li>
          )
        })}
      </ul>
      {refusal && (
        <Notice tone="bad" title={`${RULE_BOOK_WORDS[book].label}: refused by every agent`}>
          {REFUSAL_WORDS[refusal]} The verdicts below are what the weights alone would say.
        </Notice>
      )}
      <StatStrip
        label={`Verdicts, ${RULE_BOOK_WORDS[book].label}`}
        stats={[
          ...shown.map((outcome) => ({
            key: outcome,
            label: OUTCOME_WORDS[outcome].label,
            // Where every agent refuses, no verdict by weight is good news.
            tone: refusal ? ('neutral' as const) : OUTCOME_WORDS[outcome].tone,
            value: formatNumber(verdicts[outcome]),
            href: whatIfList.href(params, { filters: { outcome, differs: null, short: null, like: null } }),
            note: refusal ? 'by weight alone' : undefined,
          })),
          ...DISAGREEMENTS.map((how) => ({
            key: how,
            label: DISAGREEMENT_WORDS[how].label,
            tone: counts.differs[how] > 0 ? DISAGREEMENT_WORDS[how].tone : undefined,
            value: formatNumber(counts.differs[how]),
            href: whatIfList.href(params, { filters: { outcome: null, differs: how, short: null, like: null } }),
            note: how === 'runs' ? 'some agents, against the rule' : 'some agents, beyond the rule',
          })),
        ]}
      />
      {book !== '2014' && counts.short.length > 0 && <ShortBy params={params} counts={counts} />}
    </Section>
  )
}

const SHORT_SHOWN = 4

/** How many endpoints lack how much as documented, each figure a link to them; the last is the rest. */
function ShortBy({ params, counts }: { params: Params; counts: WhatIfCounts }) {
  const shown = counts.short.slice(0, SHORT_SHOWN)
  const rest = counts.short.slice(SHORT_SHOWN)
  const figures = shown.map(({ by, count }) => ({ short: String(by), label: `by ${formatNumber(by)}`, count }))
  if (rest[0])
    figures.push({
      short: `${rest[0].by}..`,
      label: `by ${formatNumber(rest[0].by)} or more`,
      count: rest.reduce((sum, { count }) => sum + count, 0),
    })
  return (
    <div className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
      <span className="text-muted">Short</span>
      <ul className="flex flex-wrap gap-x-4 gap-y-1" aria-label="Short by">
        {figures.map(({ short, label, count }) => (
          <li key={short}>
            <TextLink
              href={whatIfList.href(params, { filters: { short, outcome: null, differs: null, like: null } })}
              aria-current={params.given.short?.[0] === short ? 'true' : undefined}
            >
              {label}: {formatCount(count, 'endpoint')}
            </TextLink>
          </li>
        ))}
      </ul>
    </div>
  )
}
