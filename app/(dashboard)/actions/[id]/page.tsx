import { notFound } from 'next/navigation'
import { ActionFacts, ActionTimes } from '@/components/actions/action-facts'
import { CopyJson } from '@/components/actions/copy-json'
import { ActionCounters } from '@/components/actions/counters'
import { Operations } from '@/components/actions/operations'
import { Signatures } from '@/components/actions/signatures'
import { ChooseId } from '@/components/layout/choose-id'
import { Columns, Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { DetailHead } from '@/components/layout/detail-head'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { Section } from '@/components/layout/section'
import { StatusBadge } from '@/components/ui/badge'
import { LinkButton } from '@/components/ui/button'
import { JsonView } from '@/components/ui/json-view'
import { requireViewer } from '@/lib/auth/viewer'
import { formatNumber } from '@/lib/format'
import { getAction } from '@/lib/mig/actions/queries'
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
  const commands = action.counted.reduce((sum, one) => sum + one.count, 0)
  const raw = Object.entries(action.raw).filter((entry): entry is [string, string] => entry[1] !== null)
  return (
    <>
      <PageHeader crumbs={crumbs} title={action.name} live={<Live now={moment} />} />
      <Content>
        <DetailHead
          status={<StatusBadge {...actionStatus(action.status)} />}
          facts={[
            { key: 'commands', label: 'Commands', value: formatNumber(commands) },
            {
              key: 'signers',
              label: 'Signed by',
              value: action.signatures.map((s) => s.name ?? s.investigatorId).join(', ') || 'nobody on record',
            },
          ]}
          action={
            <>
              <CopyJson id={action.id} />
              <LinkButton href={`/actions/${action.id}/commands`} icon="command">
                Commands
              </LinkButton>
            </>
          }
        />
        <Columns
          aside={
            <Section title="Times">
              <ActionTimes action={action} />
            </Section>
          }
        >
          <Section title="Commands">
            <ActionCounters action={action} />
          </Section>
          <Section title="What it asks">
            <ActionFacts action={action} />
          </Section>
          <Section title="Signatures" remark="checked now, over the row as it is">
            <Signatures report={report} id={action.id} />
          </Section>
          <Section title="Operations">
            <Operations text={action.raw.operations} />
          </Section>
          <Section title="As stored" remark="the JSON columns of this row">
            {raw.map(([name, text]) => (
              <details key={name} className="rounded-md border border-line bg-surface px-3 py-2">
                <summary className="font-mono text-sm">{name}</summary>
                <div className="pt-2">
                  <JsonView text={text} label={name} />
                </div>
              </details>
            ))}
          </Section>
        </Columns>
      </Content>
    </>
  )
})
