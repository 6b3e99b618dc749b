import { totalInWords } from '@/components/data-table/pager'
import { StatusBadge } from '@/components/ui/badge'
import { Disclosure } from '@/components/ui/disclosure'
import { TextLink } from '@/components/ui/text-link'
import { LISTED_ATTENTION, LISTED_REASONS, RECENT_ONLY } from '@/lib/mig/actions/list-attention'
import type { Total } from '@/lib/page'

/** What "needs attention" means, reason by reason. */
export function AttentionMeaning() {
  return (
    <Disclosure summary="What needs attention">
      <dl className="grid max-w-4xl gap-x-4 gap-y-1.5 text-sm sm:grid-cols-[max-content_1fr]">
        {LISTED_REASONS.map((reason) => {
          const { label, tone, sentence } = LISTED_ATTENTION[reason]
          return (
            <div key={reason} className="contents">
              <dt>
                <StatusBadge label={label} tone={tone} bare />
              </dt>
              <dd className="text-muted">{sentence}</dd>
            </div>
          )
        })}
      </dl>
      <p className="mt-2 max-w-text text-muted text-sm">{RECENT_ONLY}</p>
    </Disclosure>
  )
}

/** Said where a filter rests on counts that some actions do not have yet. */
export function NotCounted({ total }: { total: Total }) {
  return (
    <>
      {' '}
      {totalInWords(total)} {total.count === 1 ? 'action is' : 'actions are'} not counted yet and left out; the{' '}
      <TextLink href="/settings">job</TextLink> is at it.
    </>
  )
}
