import { ExactMoment } from '@/components/feedback/moment'
import { Notice } from '@/components/feedback/notice'
import { TextLink } from '@/components/ui/text-link'
import { formatNumber } from '@/lib/format'
import type { Scan } from '@/lib/mig/commands/queries'
import { type CommandParams, commandList } from '@/lib/mig/commands/search-params'

/** How far a list looked whose filters no index serves, and the way further back; nothing when it saw all there is. */
export function ScanNotice({ params, scan }: { params: CommandParams; scan: Scan | null }) {
  if (!scan?.since) return null
  return (
    <Notice
      tone="waiting"
      action={
        <TextLink href={commandList.href(params, { filters: { to: scan.since } })}>
          The {formatNumber(scan.rows)} before
        </TextLink>
      }
    >
      This looks through the {formatNumber(scan.rows)} newest commands{params.filters.to && ' of the window'}, back to{' '}
      <ExactMoment at={scan.since} />. An action, an endpoint or a window of time narrows it; the export looks through
      all.
    </Notice>
  )
}
