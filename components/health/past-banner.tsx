import { ExactMoment } from '@/components/feedback/moment'
import { Notice } from '@/components/feedback/notice'
import { LinkButton } from '@/components/ui/button'
import { formatRelative } from '@/lib/format'

/** Says that a page shows a moment of the past, and leads back to now. */
export function PastBanner({ at, now, href }: { at: string; now: string; href: string }) {
  return (
    <Notice
      tone="odd"
      icon="history"
      title={
        <>
          You are looking at the past: the fleet at <ExactMoment at={at} />, {formatRelative(at, now)}
        </>
      }
      action={
        <LinkButton href={href} size="sm">
          Back to now
        </LinkButton>
      }
    />
  )
}
