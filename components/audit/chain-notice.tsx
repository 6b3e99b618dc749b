import { Notice } from '@/components/feedback/notice'
import { CopyButton } from '@/components/ui/copy-button'
import { Icon } from '@/components/ui/icon'
import { TextLink } from '@/components/ui/text-link'
import { auditList } from '@/lib/audit/search-params'
import type { ChainState } from '@/lib/audit/verify'
import { formatCount, formatNumber } from '@/lib/format'

const SHORT = 12

/** Whether the audit's rows still give their hashes and follow each other; a break is said loudly, with its row. */
export function ChainNotice({ chain }: { chain: ChainState }) {
  if (!chain.ok)
    return (
      <Notice
        tone="bad"
        icon="broken"
        live
        title={`The audit’s chain is broken${chain.brokenAt ? ` at row ${chain.brokenAt}` : ''}`}
        action={chain.brokenAt && <TextLink href={`${auditList.path}?row=${chain.brokenAt}`}>Show the row</TextLink>}
      >
        {chain.why} Somebody changed the audit outside of the dashboard; do not trust it from this row on.
      </Notice>
    )
  if (chain.rows === 0) return null
  const words =
    chain.since === null
      ? `The chain is whole: ${formatCount(chain.rows, 'row')} verified`
      : `The chain is whole in its last ${formatNumber(chain.rows)} rows, from row ${chain.since} on. Earlier ones are not verified here: “npm run mig-dashboard -- audit verify” does`
  return (
    <p className="flex flex-wrap items-center gap-x-1.5 text-muted text-sm">
      <Icon name="link" className="size-4 text-good" />
      <span>{words}.</span>
      {chain.batchesUnread > 0 && (
        <span>
          The cells of {formatCount(chain.batchesUnread, 'batch', 'batches')} are too many to be read here: “npm run
          mig-dashboard -- audit verify” does.
        </span>
      )}
      {chain.head && (
        <span className="inline-flex items-center gap-1 whitespace-nowrap">
          Head <code title={chain.head}>{chain.head.slice(0, SHORT)}…</code>
          <CopyButton text={chain.head} label="Copy the head" />
        </span>
      )}
    </p>
  )
}
