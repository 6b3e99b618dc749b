import { Segments } from '@/components/layout/tabs'
import { TextLink } from '@/components/ui/text-link'
import { formatCount, formatNumber } from '@/lib/format'
import type { AnswerGroups } from '@/lib/mig/commands/groups'
import { commandStatus } from '@/lib/mig/wire/status'

const BY = {
  answer: {
    label: 'By what was found',
    rule: 'Alike are answers that found the same and met the same errors. What differs on every machine is left out: statistics, run times, numbers of files looked at. All that found nothing are alike.',
  },
  text: {
    label: 'By exact text',
    rule: 'Alike are results that are the same to the letter. Most modules write their run time into them, so most differ.',
  },
  hit: {
    label: 'By hit',
    rule: 'Each thing that was found, with the agents that found it: a file, an address, a package.',
  },
} as const

/** How many commands gave how many answers, which gave none, and the choice of what counts as alike. */
export function AnswerSummary({
  action,
  by,
  page,
}: {
  action: string
  by: keyof typeof BY
  page: Pick<AnswerGroups, 'answered' | 'unanswered' | 'total'> | null
}) {
  const path = `/actions/${action}/results`
  return (
    <div className="flex flex-col items-start gap-2">
      {page && (
        <p className="text-muted">
          {formatCount(page.answered, 'agent')} answered in {formatNumber(page.total.count)}{' '}
          {page.total.count === 1 ? 'way' : 'different ways'}
          {page.unanswered.map(({ status, count }) => (
            <span key={status}>
              {' · '}
              <TextLink href={`/actions/${action}/commands?status=${encodeURIComponent(status)}`}>
                {formatNumber(count)} {commandStatus(status).label}
              </TextLink>
              , no answer
            </span>
          ))}
        </p>
      )}
      <Segments
        label="What counts as alike"
        current={by}
        options={[
          { key: 'answer', label: BY.answer.label, href: path },
          { key: 'text', label: BY.text.label, href: `${path}?by=text` },
          { key: 'hit', label: BY.hit.label, href: `/actions/${action}/results/hits` },
        ]}
      />
      <p className="max-w-text text-faint text-sm">{BY[by].rule}</p>
    </div>
  )
}
