import { StatusBadge } from '@/components/ui/badge'
import type { Tone } from '@/components/ui/tone'
import { visibleText } from '@/components/ui/visible-text'
import type { Grade, Reason } from '@/lib/mig/actions/reasons'

const GRADE: Readonly<Record<Grade, { label: string; tone: Tone; title: string }>> = {
  certain: { label: 'certain', tone: 'bad', title: 'It follows from what is stored' },
  likely: { label: 'likely', tone: 'attention', title: 'Nothing else that is known fits' },
  possible: { label: 'possible', tone: 'neutral', title: 'It cannot be ruled out' },
}

/** Why an action is invalid or stuck: the likely reasons, the surest first, with what each is read from. */
export function WhyList({ reasons }: { reasons: Reason[] }) {
  return (
    <ol className="flex flex-col divide-y divide-line rounded-md border border-line bg-surface">
      {reasons.map((reason) => (
        <li key={reason.key} className="flex flex-col gap-1 px-3 py-2.5 text-sm">
          <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <StatusBadge {...GRADE[reason.grade]} />
            <h3 className="min-w-0 font-medium wrap-anywhere">{visibleText(reason.title)}</h3>
          </div>
          <ul className="flex max-w-text list-disc flex-col gap-0.5 pl-5 text-muted wrap-anywhere marker:text-faint">
            {reason.evidence.map((fact) => (
              <li key={fact}>
                <bdi>{visibleText(fact)}</bdi>
              </li>
            ))}
          </ul>
          {reason.todo && (
            <p className="max-w-text wrap-anywhere">
              <span className="font-medium">What to do:</span> {visibleText(reason.todo)}
            </p>
          )}
        </li>
      ))}
    </ol>
  )
}
