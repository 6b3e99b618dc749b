import type { ReactNode } from 'react'
import { cn } from '@/lib/cn'
import { Icon, type IconName } from '../ui/icon'
import type { Tone } from '../ui/tone'

const LINE: Partial<Record<Tone, string>> = {
  waiting: 'bg-waiting-tint text-waiting border-waiting-line',
  attention: 'bg-attention-tint text-attention border-attention-line',
  bad: 'bg-bad-tint text-bad border-bad-line',
  odd: 'bg-odd-tint text-odd border-odd-line',
}

/** One line under the top bar that is true for the whole site: demo data, a fixed moment, a spool that is away. */
export function Banner({ tone, icon, children }: { tone: Tone; icon: IconName; children: ReactNode }) {
  return (
    <div
      className={cn(
        'flex items-start gap-2 border-b px-4 py-1 text-xs font-medium md:px-gutter',
        LINE[tone] ?? 'bg-neutral-tint text-neutral border-neutral-line',
      )}
    >
      <Icon name={icon} className="mt-0.5 size-3.5" />
      <p className="min-w-0 leading-[1.4] wrap-anywhere">{children}</p>
    </div>
  )
}
