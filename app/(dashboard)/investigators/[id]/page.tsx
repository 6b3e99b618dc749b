import { notFound } from 'next/navigation'
import { AclNote } from '@/components/acl/acl-note'
import { PersonPowers } from '@/components/acl/person-powers'
import { SignedActions, WeightSummary } from '@/components/investigators/activity'
import { ConsequencesPanel } from '@/components/investigators/consequences-panel'
import { DisabledBadge, KeyBadge } from '@/components/investigators/key-badge'
import { KeyPanel } from '@/components/investigators/key-panel'
import { PersonAudit } from '@/components/investigators/person-audit'
import { RolePanel } from '@/components/investigators/role-panel'
import { RowFacts } from '@/components/investigators/row-facts'
import { RemoveForm, RenameForm } from '@/components/investigators/row-forms'
import { ChooseId } from '@/components/layout/choose-id'
import { Columns, Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { DetailHead } from '@/components/layout/detail-head'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { Section } from '@/components/layout/section'
import { SessionTable } from '@/components/settings/session-table'
import { StatusBadge } from '@/components/ui/badge'
import { LinkButton } from '@/components/ui/button'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { listAudit } from '@/lib/audit/queries'
import { auditList } from '@/lib/audit/search-params'
import { getPerson } from '@/lib/auth/people-queries'
import { listSessionsOf } from '@/lib/auth/queries'
import { requireViewer } from '@/lib/auth/viewer'
import { formatCount, formatNumber, formatRelative } from '@/lib/format'
import { getPowers } from '@/lib/mig/acl/powers'
import { getConsequences } from '@/lib/mig/investigators/consequences'
import { getInvestigator } from '@/lib/mig/investigators/queries'
import { resolveId } from '@/lib/mig/resolve-id'
import { investigatorStatus } from '@/lib/mig/wire/status'
import { now } from '@/lib/now'

export const metadata = { title: 'Investigator' }

const CHANGES_SHOWN = 8
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
  const { key, later, signed, lastSigned, weights, disabled, fingerprint } = investigator
  const isAdmin = viewer.role === 'admin'
  const audit = auditList.parse({ type: 'investigator', object: investigator.id, size: '25' })
  const [person, sessions, consequences, changes, powers] = await Promise.all([
    isAdmin ? getPerson(viewer, investigator.id) : null,
    isAdmin ? listSessionsOf(viewer, investigator.id) : null,
    getConsequences(viewer, investigator.id, key?.expires ?? null),
    audit.ok ? listAudit(viewer, audit.params) : null,
    getPowers(viewer, investigator.id),
  ])
  const isReferred = consequences.signatures + consequences.weights + consequences.manifests > 0
  const rows = weights.reduce((sum, weight) => sum + weight.agents, 0)
  return (
    <>
      <PageHeader crumbs={crumbs} title={visibleText(investigator.name)} live={<Live now={moment} />} />
      <Content>
        <DetailHead
          status={
            <>
              <KeyBadge state={investigator.state} />
              {disabled && !later && <DisabledBadge />}
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
            <span className="flex flex-wrap gap-2">
              <LinkButton href={`/acl/permissions?investigator=${investigator.id}`} icon="permission">
                Weights by endpoint
              </LinkButton>
              {isAdmin && (
                <LinkButton href={`/investigators/${investigator.id}/replace`} icon="key">
                  {key ? 'Replace the key' : 'Store a key'}
                </LinkButton>
              )}
            </span>
          }
        />
        <Columns
          aside={
            <>
              <Section title="In the database">
                <RowFacts investigator={investigator} />
              </Section>
              <Section title="What hangs on it">
                <ConsequencesPanel
                  id={investigator.id}
                  consequences={consequences}
                  state={investigator.state}
                  isDisabled={disabled}
                  later={later !== null}
                />
              </Section>
              {person && <RolePanel person={person} later={later !== null} acl={consequences.acl} />}
              <Section title="Weights" remark="by module">
                <WeightSummary investigator={investigator} />
                <div className="text-xs">
                  <AclNote />
                </div>
              </Section>
              {person && person.why !== 'scheduler' && (
                <Section title="The row" id="row">
                  <RenameForm id={investigator.id} name={investigator.name} />
                  {isReferred ? (
                    <p className="text-muted text-xs">
                      It cannot be removed: {formatCount(consequences.signatures, 'signature')},{' '}
                      {formatCount(consequences.weights, 'weight')} and{' '}
                      {formatCount(consequences.manifests, 'signed manifest')} refer to it. Disable the person instead.
                    </p>
                  ) : (
                    <RemoveForm id={investigator.id} fingerprint={fingerprint ?? ''} />
                  )}
                </Section>
              )}
            </>
          }
        >
          <Section title="Key">
            <KeyPanel investigator={investigator} />
          </Section>
          <Section title="What this person may run" remark="by the ACL tables" id="powers">
            <PersonPowers id={investigator.id} answer={powers} clock={moment.clock} />
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
          {sessions && sessions.length > 0 && (
            <Section title="Sessions" remark="Revoking ends one at once.">
              <SessionTable sessions={sessions} clock={moment.clock} caption="Sessions" />
            </Section>
          )}
          {changes && (
            <Section
              title="Audit"
              remark="what was changed about this person"
              action={
                <span className="flex flex-wrap gap-x-4 text-sm">
                  <TextLink href={`/audit?type=investigator&object=${investigator.id}`}>All of it</TextLink>
                  <TextLink href={`/audit?person=${investigator.id}`}>What this person did</TextLink>
                </span>
              }
            >
              <PersonAudit rows={changes.rows.slice(0, CHANGES_SHOWN)} clock={moment.clock} />
            </Section>
          )}
        </Columns>
      </Content>
    </>
  )
})
