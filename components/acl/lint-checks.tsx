import Link from 'next/link'
import { Icon } from '@/components/ui/icon'
import { TONE_ICON, TONE_TEXT } from '@/components/ui/tone'
import { Unknown } from '@/components/ui/unknown'
import { cn } from '@/lib/cn'
import { formatNumber } from '@/lib/format'
import type { LintCounts } from '@/lib/mig/acl/lint'
import { LINT_CHECKS, LINT_WORDS, type LintCheck } from '@/lib/mig/acl/lint-checks'
import { lintList } from '@/lib/mig/acl/search-params'

/** Every check with the number of its findings, each a link to them; `marked` says whether any module is marked sensitive. */
export function LintChecks({
  counts,
  current,
  marked,
}: {
  counts: LintCounts | null
  current: LintCheck
  marked: boolean
}) {
  return (
    <ul
      className="grid overflow-hidden rounded-md border border-line bg-surface text-sm md:grid-cols-2"
      aria-label="Checks"
    >
      {LINT_CHECKS.map((check) => {
        const { label, tone } = LINT_WORDS[check]
        const count = counts?.[check].count
        const isAsked = marked || check !== 'single-person'
        const shown = !isAsked ? 'neutral' : count === 0 ? 'good' : tone
        return (
          <li key={check} className="border-line border-t">
            <Link
              href={`${lintList.path}?check=${check}`}
              prefetch={false}
              aria-current={check === current ? 'true' : undefined}
              className={cn(
                'flex h-row-lg items-center gap-2 px-3 hover:bg-hover focus-visible:-outline-offset-2',
                check === current && 'bg-accent-tint font-medium',
              )}
            >
              <Icon name={TONE_ICON[shown]} className={cn('size-4 shrink-0', TONE_TEXT[shown])} />
              <span className="min-w-0 flex-1 truncate">{label}</span>
              <span className={isAsked ? 'tabular-nums' : 'text-muted'}>
                {!isAsked ? (
                  'no module is marked'
                ) : count === undefined ? (
                  <Unknown why="It is being counted: look again in a minute" />
                ) : (
                  formatNumber(count)
                )}
              </span>
            </Link>
          </li>
        )
      })}
    </ul>
  )
}
