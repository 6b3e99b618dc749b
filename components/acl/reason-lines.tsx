import { Notice } from '@/components/feedback/notice'
import { StatusBadge } from '@/components/ui/badge'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatNumber } from '@/lib/format'
import type { WhatIfSigner } from '@/lib/mig/acl/asked'
import { OUTCOME_WORDS } from '@/lib/mig/acl/endpoint-verdict'
import type { Reasons } from '@/lib/mig/acl/reasons'
import { REFUSAL_WORDS } from '@/lib/mig/acl/refusal-words'
import type { ModuleVerdict } from '@/lib/mig/acl/rule'
import { RULE_BOOK_WORDS, RULE_BOOKS, type RuleBook } from '@/lib/mig/acl/rule-books'

/** What each rule book decides on this endpoint, and why before any weight. */
export function BookVerdicts({
  reasons: { books, mixed, runs: runsIn },
  current,
}: {
  reasons: Reasons
  current: RuleBook
}) {
  return (
    <div className="flex flex-col gap-2">
      <ul className="grid gap-2 md:grid-cols-3" aria-label="Rule books">
        {RULE_BOOKS.map((book) => {
          const { accepted, refusal, unchecked } = books[book]
          const runs = runsIn[book]
          return (
            <li key={book} className="flex flex-col gap-1 rounded-md border border-line bg-surface px-4 py-3">
              <span className={book === current ? 'font-semibold text-sm' : 'text-sm'}>
                {RULE_BOOK_WORDS[book].label}
              </span>
              <StatusBadge
                label={runs ? 'accepts' : accepted === null ? 'nothing to run' : 'refuses'}
                tone={runs ? 'good' : 'bad'}
                bare
              />
              {refusal && <span className="text-muted text-xs">{REFUSAL_WORDS[refusal]}</span>}
              {runs && unchecked.length > 0 && (
                <span className="text-attention text-xs">
                  Runs unchecked: {unchecked.map((name) => visibleText(name)).join(', ')}
                </span>
              )}
            </li>
          )
        })}
      </ul>
      {mixed.length > 0 && (
        <Notice tone="attention" title="Mixed: counts as refusing">
          Several live processes of this endpoint have different rules for {mixed.map((m) => visibleText(m)).join(', ')}
          , and nobody can say which one takes the action. A rule book that checks this refuses.
        </Notice>
      )}
    </div>
  )
}

function whence({ via, module }: ModuleVerdict): string {
  if (via === 'own') return 'its own'
  return via === 'default' ? (module === 'default' ? 'default itself' : 'from default') : 'none'
}

/** Each module with its requirement and whence, each signer's weight, the sum and the verdict. */
export function ReasonLines({
  reasons,
  signers,
  agent,
}: {
  reasons: Reasons
  signers: readonly WhatIfSigner[]
  agent: string
}) {
  const nameOf = (id: string) => visibleText(signers.find((s) => s.investigatorId === id)?.name ?? id)
  return (
    <div className="overflow-x-auto rounded-md border border-line bg-surface">
      <table className="w-full border-separate border-spacing-0 text-sm">
        <caption className="sr-only">The reasoning, module by module</caption>
        <thead>
          <tr className="text-left text-muted text-xs [&>th]:h-row [&>th]:whitespace-nowrap [&>th]:px-3 [&>th]:font-medium">
            <th scope="col">Module</th>
            <th scope="col" className="text-right">
              Minimum
            </th>
            <th scope="col">Whence</th>
            <th scope="col">What each signer weighs</th>
            <th scope="col" className="text-right">
              Sum
            </th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {reasons.modules.map((verdict) => {
            const { module, required, got, contributions, outcome } = verdict
            const words = OUTCOME_WORDS[outcome]
            const missing = outcome === 'short' ? ` by ${formatNumber((required ?? 0) - got)}` : ''
            return (
              <tr key={module} className="align-top [&>*]:border-line [&>*]:border-t [&>*]:px-3 [&>*]:py-1.5">
                <th scope="row" className="text-left font-normal">
                  <bdi>{visibleText(module)}</bdi>
                </th>
                <td className="text-right tabular-nums">{required === null ? '–' : formatNumber(required)}</td>
                <td className="whitespace-nowrap text-muted">{whence(verdict)}</td>
                <td>
                  <ul>
                    {contributions.map(({ investigatorId, weight, counted, disabled, known }) => (
                      <li key={investigatorId}>
                        <TextLink href={`/acl/permissions?by=endpoint&agent=${agent}`}>
                          {nameOf(investigatorId)}
                        </TextLink>{' '}
                        <span className="tabular-nums">{formatNumber(counted)}</span>
                        {weight === null && known && <span className="text-muted"> (no row)</span>}
                        {!known && (
                          <span className="text-attention"> (no such investigator, stored {weight ?? 'none'})</span>
                        )}
                        {disabled && <span className="text-attention"> (disabled, stored {weight ?? 'none'})</span>}
                      </li>
                    ))}
                  </ul>
                </td>
                <td className="text-right tabular-nums">{formatNumber(got)}</td>
                <td className="whitespace-nowrap">
                  <StatusBadge label={`${words.label}${missing}`} tone={words.tone} title={words.meaning} bare />
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
