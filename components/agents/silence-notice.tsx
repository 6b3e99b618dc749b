import { Moment } from '@/components/feedback/moment'
import { Notice } from '@/components/feedback/notice'
import { formatDuration } from '@/lib/format'
import type { Silence } from '@/lib/mig/agents/silence'

/** Says that MIG itself is silent, so that nobody takes a stopped scheduler for a dead fleet. */
export function SilenceNotice({ silence, now }: { silence: Silence; now: string }) {
  if (!silence.silent) return null
  return (
    <Notice tone="bad" title="MIG is silent">
      The newest heartbeat of the whole fleet is from <Moment at={silence.newest} now={now} />; one is expected every{' '}
      {formatDuration(silence.period)}. More likely the scheduler, the relay or the database stopped than every agent at
      once: what follows says when agents were last written down, not that they are gone.
    </Notice>
  )
}
