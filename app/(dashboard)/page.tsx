import { SilenceNotice } from '@/components/agents/silence-notice'
import { totalInWords } from '@/components/data-table/pager'
import { Moment } from '@/components/feedback/moment'
import { EmptyState } from '@/components/feedback/panels'
import { Columns, Content } from '@/components/layout/content'
import { dataPage } from '@/components/layout/data-page'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { Section } from '@/components/layout/section'
import { StatStrip } from '@/components/layout/stat-strip'
import { AttentionList } from '@/components/overview/attention-list'
import { FleetFigures } from '@/components/overview/fleet-figures'
import { KeyWarnings, SHOWN_WARNINGS } from '@/components/overview/key-warnings'
import { RecentActions } from '@/components/overview/recent-actions'
import { SinceLast } from '@/components/overview/since-last'
import { SpoolBacklog } from '@/components/overview/spool-backlog'
import { TextLink } from '@/components/ui/text-link'
import { requireViewer } from '@/lib/auth/viewer'
import { formatDuration, formatNumber } from '@/lib/format'
import { actionList } from '@/lib/mig/actions/search-params'
import { agentList, doubleList, offlineList } from '@/lib/mig/agents/search-params'
import { getFleet, silenceOf } from '@/lib/mig/health/fleet-queries'
import { listKeyWarnings } from '@/lib/mig/investigators/queries'
import { countInflight, getAclAttention, getAttention, getBacklog, getRecentActions } from '@/lib/mig/overview/queries'
import { getSince } from '@/lib/mig/overview/since'
import { now } from '@/lib/now'

export const metadata = { title: 'Overview' }

export default dataPage(async () => {
  const viewer = await requireViewer()
  const moment = await now()
  const at = moment.mig
  const [fleet, inflight, attention, recent, backlog, keys, since] = await Promise.all([
    getFleet(viewer),
    countInflight(viewer),
    getAttention(viewer, at),
    getRecentActions(viewer),
    getBacklog(viewer, at),
    listKeyWarnings(viewer, moment),
    getSince(viewer, moment),
  ])
  const acl = await getAclAttention(viewer, keys.slice(0, SHOWN_WARNINGS))
  const silence = silenceOf(fleet)
  return (
    <>
      <PageHeader title="Overview" live={<Live now={moment} />} />
      <Content>
        <SilenceNotice silence={silence} now={at} />
        {fleet.endpoints ? (
          <FleetFigures fleet={fleet} isSilent={silence.silent} />
        ) : (
          <EmptyState title="No agent has registered yet" icon="agent">
            An endpoint is counted here from its first heartbeat on.
          </EmptyState>
        )}
        <StatStrip
          label="Now"
          stats={[
            {
              key: 'inflight',
              label: 'actions in flight',
              value: totalInWords(inflight),
              href: '/actions?status=inflight',
              tone: 'waiting',
            },
            {
              key: 'offline',
              label: 'names offline',
              value: formatNumber(fleet.offlineNames),
              href: offlineList.all,
              tone: fleet.offlineNames ? 'bad' : 'good',
              icon: 'offline',
              note: 'seen in 30 days, silent for 5 min',
            },
            {
              key: 'doubles',
              label: 'double agents',
              value: formatNumber(fleet.doubles),
              href: doubleList.all,
              tone: fleet.doubles ? 'attention' : 'good',
              icon: 'double',
              note: 'heard in the last 10 min',
            },
            {
              key: 'heartbeat',
              label: 'newest heartbeat',
              value: <Moment at={silence.newest} now={at} none="none" />,
              href: agentList.all,
              tone: silence.newest === null ? 'neutral' : silence.silent ? 'bad' : 'good',
              note: `one is expected every ${formatDuration(fleet.thresholds.period)} from each agent`,
            },
          ]}
        />
        <Section title="Needs attention">
          <AttentionList
            attention={attention}
            spool={'overview' in backlog ? backlog : null}
            lint={acl.lint}
            keys={keys}
          />
        </Section>
        <SinceLast since={since} states={fleet.byState} now={at} />
        <Columns
          aside={
            <Section
              title="Spool"
              action={
                <TextLink href="/spool" className="text-sm">
                  All of it
                </TextLink>
              }
            >
              <SpoolBacklog backlog={backlog} now={at} />
            </Section>
          }
        >
          <Section
            title="Recent actions"
            action={
              <TextLink href={actionList.all} className="text-sm">
                All actions
              </TextLink>
            }
          >
            <RecentActions actions={recent} now={at} />
          </Section>
        </Columns>
        <KeyWarnings warnings={keys} without={acl.without} clock={moment.clock} />
      </Content>
    </>
  )
})
