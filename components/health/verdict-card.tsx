import type { ReactNode } from 'react'
import { StateBar } from '@/components/agents/state-bar'
import { Card } from '@/components/ui/card'
import { Icon } from '@/components/ui/icon'
import { TONE_ICON, TONE_TEXT } from '@/components/ui/tone'
import { cn } from '@/lib/cn'
import type { Figures } from '@/lib/mig/health/figures'
import { verdictOf } from './verdict'

/** Whether the fleet is fine in one line, and its states as a bar. */
export function VerdictCard({
  figures,
  isSilent,
  isPast = false,
  remark,
  action,
}: {
  figures: Pick<Figures, 'endpoints' | 'byState'>
  /** Whether MIG itself is silent. */
  isSilent: boolean
  isPast?: boolean
  /** What the states mean, where nothing else on the page says it. */
  remark?: string
  action?: ReactNode
}) {
  const verdict = verdictOf(figures, isSilent, isPast)
  return (
    <Card className="flex flex-col gap-2.5 py-3.5">
      <div className="flex flex-wrap items-start gap-x-6 gap-y-1">
        <div className="flex min-w-0 flex-1 basis-72 items-start gap-2.5">
          <Icon name={TONE_ICON[verdict.tone]} className={cn('mt-0.5 size-6 shrink-0', TONE_TEXT[verdict.tone])} />
          <div className="min-w-0">
            <h2 className={cn('font-semibold text-xl tracking-tight', TONE_TEXT[verdict.tone])}>{verdict.title}</h2>
            <p className="text-muted text-sm">
              {verdict.sentence} {remark && <span className="text-faint">{remark}</span>}
            </p>
          </div>
        </div>
        {action}
      </div>
      <StateBar byState={figures.byState} total={figures.endpoints} />
    </Card>
  )
}
