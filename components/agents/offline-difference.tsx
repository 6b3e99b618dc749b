import { totalInWords } from '@/components/data-table/pager'
import { Moment } from '@/components/feedback/moment'
import { TextLink } from '@/components/ui/text-link'
import type { ListParams } from '@/lib/list-params'
import type { OfflineDifference as Difference } from '@/lib/mig/agents/offline-queries'
import type { At } from '@/lib/mig/agents/recent'
import { offlineList } from '@/lib/mig/agents/search-params'
import type { Instant } from '@/lib/mig/wire/time'
import { RanDisclosure } from './ran-sql'

/** Why the answers by name and by endpoint differ, with a link to exactly the rows that only one of them has. */
export async function OfflineDifference({
  params,
  difference,
  now,
}: {
  params: ListParams<(typeof offlineList)['filters']>
  difference: Promise<At<Difference> | null>
  now: Instant
}) {
  const found = await difference
  if (!found)
    return (
      <p className="max-w-text text-attention text-sm">
        Not compared: it takes longer than a minute over this fleet, and is tried again every five minutes. Either list
        is complete by itself.
      </p>
    )
  const { hidden, renamed, ran, at } = found
  const one = (by: 'name' | 'endpoint') =>
    offlineList.href(params, { filters: { by: by === 'name' ? null : by, only: '1' } })
  return (
    <>
      <ul className="flex max-w-text list-disc flex-col gap-1 pl-5 text-muted text-sm">
        <li>
          <TextLink href={one('endpoint')}>
            {totalInWords(hidden)} {hidden.count === 1 ? 'endpoint is' : 'endpoints are'} missing by name
          </TextLink>
          : silent, while another queue is heard under the same name.
        </li>
        <li>
          <TextLink href={one('name')}>
            {totalInWords(renamed)} {renamed.count === 1 ? 'name is' : 'names are'} missing by endpoint
          </TextLink>
          : silent, while the queue went on under another name.
        </li>
        <li>Beyond that, a name with several silent queues is one name and several endpoints.</li>
      </ul>
      {at !== now && (
        <p className="text-faint text-sm">
          Compared <Moment at={at} now={now} />.
        </p>
      )}
      <RanDisclosure ran={ran} of="the comparison" />
    </>
  )
}
