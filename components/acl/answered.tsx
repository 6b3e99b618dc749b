import { Moment } from '@/components/feedback/moment'
import { compareInstants, type Instant } from '@/lib/mig/wire/time'

/** When an answer about the fleet was made; one that was made for this page is later than the page's own clock. */
export function Answered({ at, clock }: { at: Instant; clock: Instant }) {
  return <Moment at={at} now={compareInstants(at, clock) > 0 ? at : clock} />
}
