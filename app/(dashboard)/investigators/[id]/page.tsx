import { notFound } from 'next/navigation'
import { AclNote } from '@/components/acl/acl-note'
import { SignedActions, WeightSummary } from '@/components/investigators/activity'
import { KeyBadge } from '@/components/investigators/key-badge'
import { KeyPanel } from '@/components/investigators/key-panel'
import { RolePanel } from '@/components/investigators/role-panel'
import { RowFacts } from '@/components/investigators/row-facts'
import { ChooseId } from '@/components/layout/choose-id'
import { Columns, Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { DetailHead } from '@/components/layout/detail-head'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { Section } from '@/components/layout/section'
import { StatusBadge } from '@/components/ui/badge'
import { LinkButton } from '@/components/ui/button'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { getPerson } from '@/lib/auth/people-queries'
import { requireViewer } from '@/lib/auth/viewer'
import { formatCount, formatNumber, formatRelative } from '@/lib/format'
import { getInvestigator } from '@/lib/mig/investigators/queries'
import { resolveId } from '@/lib/mig/resolve-id'
import { investigatorStatus } from '@/lib/mig/wire/status'
import { now } from '@/lib/now'

export const metadata = { title: 'Investigator' }

const crumbs = [{ label: 'Investigators', href: '/investigators' }]

export default dataPage(async ({ params }: PageProps) => {
  const viewer = await requireViewer()
  const { id = '' } = await params
  const resolved = await resolveId(viewer, 'investigators', id, (exact) => `/investigators/${exact}`)
  if ('choices' in resolved)
    return <ChooseId ids={resolved.choices} base="/investigators" crumbs={crumbs} noun="investigators" />
  const moment = await now()
  const investigator = await getInvestigator(viewer, resolved.id, moment)
  if (!investigator) notFound()
  const person = viewer.role === 'admin' ? await getPerson(viewer, investigator.id) : null
  const { key, later, signed, lastSigned, weights } = investigator
  const rows = weights.reduce((sum, weight) => sum + weight.agents, 0)
  return (
    <>
      <PageHeader crumbs={crumbs} title={visibleText(investigator.name)} live={<Live now={moment} />} />
      <Content>
        <DetailHead
          status={
            <>
              <KeyBadge state={investigator.state} />
              {later && <StatusBadge {...investigatorStatus(later.status)} />}
            </>
          }
          facts={[
            ...(key ? [{ key: 'algorithm', label: 'Key', value: key.algorithm }] : []),
            {
              key: 'signed',
              label: 'Signed',
              value: `${formatCount(signed, 'action')}${lastSigned ? `, the last ${formatRelative(lastSigned, moment.mig)}` : ''}`,
            },
            { key: 'weights', label: 'Weights', value: formatNumber(rows) },
          ]}
          action={
            <LinkButton href={`/acl/permissions?investigator=${investigator.id}`} icon="permission">
              Weights by endpoint
            </LinkButton>
          }
        />
        <Columns
          aside={
            <>
              <Section title="In the database">
                <RowFacts investigator={investigator} />
              </Section>
              {person && <RolePanel person={person} later={later !== null} />}
              <Section title="Weights" remark="by module">
                <WeightSummary investigator={investigator} />
                <div className="text-xs">
                  <AclNote />
                </div>
              </Section>
            </>
          }
        >
          <Section title="Key">
            <KeyPanel investigator={investigator} />
          </Section>
          <Section
            title="Actions signed"
            remark={
              signed > investigator.actions.length
                ? `the last ${investigator.actions.length} of ${formatNumber(signed)}`
                : undefined
            }
            action={
              signed > 0 && (
                <span className="flex flex-wrap gap-x-4 text-sm">
                  <TextLink href={`/actions?investigator=${investigator.id}`}>All of them</TextLink>
                  <TextLink href={`/actions?investigator=${investigator.id}&found=1`}>
                    Those that found something
                  </TextLink>
                  <TextLink href={`/commands?investigator=${investigator.id}`}>Their commands</TextLink>
                </span>
              )
            }
          >
            <SignedActions investigator={investigator} now={moment.mig} />
          </Section>
        </Columns>
      </Content>
    </>
  )
})
