import Link from 'next/link'
import { Notice } from '@/components/feedback/notice'
import { Section } from '@/components/layout/section'
import { StatStrip } from '@/components/layout/stat-strip'
import { cn } from '@/lib/cn'
import { formatCount, formatNumber } from '@/lib/format'
import type { ListParams } from '@/lib/list-params'
import { ENDPOINT_OUTCOMES, OUTCOME_WORDS } from '@/lib/mig/acl/endpoint-verdict'
import { REFUSAL_WORDS } from '@/lib/mig/acl/refusal-words'
import { RULE_BOOK_WORDS, RULE_BOOKS } from '@/lib/mig/acl/rule-books'
import { whatIfList } from '@/lib/mig/acl/search-params'
import type { Asked, WhatIfCounts } from '@/lib/mig/acl/what-if'

/** The three rule books beside each other, and the verdicts of the chosen one, each a link to its endpoints. */
export function RuleBooks({
  params,
  asked,
  counts,
}: {
  params: ListParams<(typeof whatIfList)['filters']>
  asked: Asked
  counts: WhatIfCounts
}) {
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
                href={whatIfList.href(params, { filters: { book: one, outcome: null, differs: null } })}
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
            href: whatIfList.href(params, { filters: { outcome, differs: null } }),
            note: [
              ...(refusal ? ['by weight alone'] : []),
              ...(outcome === 'short' && book !== '2014' ? [shortNote(counts)] : []),
            ].join(': '),
          })),
          {
            key: 'differs',
            label: 'books disagree',
            tone: counts.differs > 0 ? ('attention' as const) : undefined,
            value: formatNumber(counts.differs),
            href: whatIfList.href(params, { filters: { outcome: null, differs: '1' } }),
          },
        ]}
      />
    </Section>
  )
}

function shortNote({ short }: WhatIfCounts): string {
  const shown = short.slice(0, 3).map(({ by, count }) => `${formatNumber(count)} by ${by}`)
  return `${shown.join(', ')}${short.length > 3 ? ', others by more' : ''}`
}
