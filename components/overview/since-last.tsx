import { totalInWords } from '@/components/data-table/pager'
import { Moment } from '@/components/feedback/moment'
import { Section } from '@/components/layout/section'
import { type Stat, StatStrip } from '@/components/layout/stat-strip'
import { TextLink } from '@/components/ui/text-link'
import { formatNumber } from '@/lib/format'
import type { EndpointState } from '@/lib/mig/agents/status'
import { type Since, WRITTEN } from '@/lib/mig/overview/since'
import type { Instant } from '@/lib/mig/wire/time'

const WRITTEN_LABEL: Readonly<Record<(typeof WRITTEN)[number], string>> = {
  acl: 'writes to the ACL tables',
  investigator: 'changes of investigators',
  module: 'changes of modules',
}

/** What changed since the viewer was here last, each figure a link to exactly its rows; nothing for who is here for the first time. */
export function SinceLast({
  since,
  states,
  now,
}: {
  since: Since | null
  /** Endpoints by state as they are now. */
  states: Record<EndpointState, number>
  now: Instant
}) {
  if (!since) return null
  const { at, actions, writes, fleet } = since
  const stats: Stat[] = [
    { key: 'actions', label: 'actions began to be valid', value: totalInWords(actions.total), href: actions.href },
    ...WRITTEN.map((kind) => ({
      key: kind,
      label: WRITTEN_LABEL[kind],
      value: totalInWords(writes[kind].total),
      href: writes[kind].href,
    })),
  ]
  if (fleet)
    stats.push({
      key: 'fleet',
      label: 'endpoints unreachable',
      value: `${formatNumber(fleet.byState.unreachable)} → ${formatNumber(states.unreachable)}`,
      href: fleet.href,
      note: 'then and now; which were lost, returned, new',
    })
  return (
    <Section
      title="Since you were here last"
      remark={<Moment at={at} now={now} none="never" />}
      action={
        <TextLink href={`/audit?from=${encodeURIComponent(at)}`} className="text-sm">
          All writes since
        </TextLink>
      }
    >
      <StatStrip label="Since you were here last" stats={stats} />
    </Section>
  )
}
