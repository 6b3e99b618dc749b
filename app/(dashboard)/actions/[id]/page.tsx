import { notFound } from 'next/navigation'
import { ActionFacts, ActionFields, ActionFiles } from '@/components/actions/action-facts'
import { Anomalies } from '@/components/actions/anomalies'
import { CopyJson } from '@/components/actions/copy-json'
import { ActionCounters } from '@/components/actions/counters'
import { Durations } from '@/components/actions/durations'
import { Operations } from '@/components/actions/operations'
import { Signatures } from '@/components/actions/signatures'
import { ActionTimeline } from '@/components/actions/timeline'
import { WhyList } from '@/components/actions/why'
import { ActionTabs } from '@/components/commands/action-tabs'
import { Moment } from '@/components/feedback/moment'
import { ChooseId } from '@/components/layout/choose-id'
import { Columns, Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { DetailHead } from '@/components/layout/detail-head'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { Section } from '@/components/layout/section'
import { StatusBadge } from '@/components/ui/badge'
import { Card } from '@/components/ui/card'
import { Disclosure } from '@/components/ui/disclosure'
import { JsonView } from '@/components/ui/json-view'
import { visibleText } from '@/components/ui/visible-text'
import { requireViewer } from '@/lib/auth/viewer'
import { anomaliesOf } from '@/lib/mig/actions/anomalies'
import { counterCauses } from '@/lib/mig/actions/counters'
import { histogramOf } from '@/lib/mig/actions/histogram'
import { getAction } from '@/lib/mig/actions/queries'
import { timelineOf } from '@/lib/mig/actions/timeline'
import { whyOf } from '@/lib/mig/actions/why'
import { getActionFacts } from '@/lib/mig/actions/why-queries'
import { resolveId } from '@/lib/mig/resolve-id'
import { checkSignatures } from '@/lib/mig/signatures/queries'
import { actionStatus } from '@/lib/mig/wire/status'
import { now } from '@/lib/now'

export const metadata = { title: 'Action' }

const crumbs = [{ label: 'Actions', href: '/actions' }]

export default dataPage(async ({ params }: PageProps) => {
  const viewer = await requireViewer()
  const { id = '' } = await params
  const resolved = await resolveId(viewer, 'actions', id, (exact) => `/actions/${exact}`)
  if ('choices' in resolved) return <ChooseId ids={resolved.choices} base="/actions" crumbs={crumbs} noun="actions" />
  const report = checkSignatures(viewer, resolved.id)
  // Waited for where it is drawn; the page may end before that.
  report.catch(() => undefined)
  const [action, moment] = await Promise.all([getAction(viewer, resolved.id), now()])
  if (!action) notFound()
  const facts = await getActionFacts(viewer, action, moment.mig, report)
  const { figures } = facts
  const anomalies = anomaliesOf(facts)
  const why = whyOf(facts)
  const histogram = figures && histogramOf(figures)
  const raw = Object.entries(action.raw).filter((entry): entry is [string, string] => entry[1] !== null)
  return (
    <>
      <PageHeader crumbs={crumbs} title={action.name} live={<Live now={moment} />} />
      <Content>
        <DetailHead
          status={<StatusBadge {...actionStatus(action.status)} />}
          facts={[
            {
              key: 'started',
              label: 'Started',
              value: <Moment at={action.starttime} now={moment.mig} none="not yet" />,
            },
            {
              key: 'expires',
              label: 'Expires',
              value: <Moment at={action.expireafter} now={moment.mig} none="never" />,
            },
            {
              key: 'signers',
              label: 'Signed by',
              value:
                action.signatures.map((one) => visibleText(one.name ?? one.investigatorId)).join(', ') ||
                'nobody on record',
            },
          ]}
          action={<CopyJson id={action.id} />}
        />
        <ActionTabs action={action.id} current="action" commands={figures?.total} />
        <Columns
          aside={
            <>
              <Section title="Fields">
                <ActionFields action={action} />
              </Section>
              <Section title="In the spool">
                <ActionFiles spool={facts.spool} />
              </Section>
            </>
          }
        >
          {anomalies.length > 0 && (
            <Section title="What is odd">
              <Anomalies anomalies={anomalies} />
            </Section>
          )}
          {why && (
            <Section
              title={why.state === 'invalid' ? 'Why it is invalid' : 'Why it is stuck'}
              remark="read from what is stored: MIG writes the reason into the scheduler’s log only"
            >
              <WhyList reasons={why.reasons} />
            </Section>
          )}
          <Section title="Commands">
            <ActionCounters action={action} figures={figures} causes={counterCauses(facts)} />
          </Section>
          <Section title="What it asks">
            <ActionFacts action={action} />
          </Section>
          <Section title="Timeline">
            <ActionTimeline timeline={timelineOf({ action, figures, now: moment.mig })} />
          </Section>
          {histogram && <Durations histogram={histogram} />}
          <Section title="Signatures" remark="checked now, over the row as it is">
            <Signatures report={report} id={action.id} />
          </Section>
          <Section title="Operations">
            <Operations text={action.raw.operations} />
          </Section>
          <Section title="As stored" remark="the JSON columns of this row">
            {raw.map(([name, text]) => (
              <Card key={name} padded={false} className="px-3 py-1">
                <Disclosure summary={<span className="font-mono">{name}</span>}>
                  <JsonView text={text} label={name} />
                </Disclosure>
              </Card>
            ))}
          </Section>
        </Columns>
      </Content>
    </>
  )
})
