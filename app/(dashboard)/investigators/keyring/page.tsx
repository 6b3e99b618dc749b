import { EmptyState, ProblemPanel } from '@/components/feedback/panels'
import { KeyringTables } from '@/components/investigators/keyring-tables'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { PageHeader } from '@/components/layout/page-header'
import { Segments } from '@/components/layout/tabs'
import { LinkButton } from '@/components/ui/button'
import { requireViewer } from '@/lib/auth/viewer'
import { formatCount } from '@/lib/format'
import { getKeyring, KEYRING_KINDS } from '@/lib/mig/investigators/keyring'
import { now } from '@/lib/now'

export const metadata = { title: 'Keyring' }

const crumbs = [{ label: 'Investigators', href: '/investigators' }]
const PATH = '/investigators/keyring'

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const given = [(await searchParams).keys ?? 'mig'].flat()[0]
  const kind = KEYRING_KINDS.find((one) => one === given)
  if (!kind)
    return (
      <>
        <PageHeader crumbs={crumbs} title="Keyring" />
        <Content>
          <ProblemPanel problem="A keyring holds keys=mig, which MIG can load, or keys=all." clearHref={PATH} />
        </Content>
      </>
    )
  const { members, leftOut } = await getKeyring(viewer, kind, await now())
  const file = (format: string) => `${PATH}/download?format=${format}&keys=${kind}`
  return (
    <>
      <PageHeader crumbs={crumbs} title="Keyring" />
      <Content>
        <div className="flex flex-wrap items-center justify-between gap-3">
          <Segments
            label="Which keys"
            current={kind}
            options={[
              { key: 'mig', label: 'For MIG’s API and agents', href: PATH },
              { key: 'all', label: 'Every good key, for gpg', href: `${PATH}?keys=all` },
            ]}
          />
          {members.length > 0 && (
            <span className="flex flex-wrap gap-2">
              <LinkButton href={file('binary')} icon="download">
                pubring.gpg
              </LinkButton>
              <LinkButton href={file('armored')} icon="download">
                Armored
              </LinkButton>
            </span>
          )}
        </div>
        <p className="max-w-text text-muted">
          {formatCount(members.length, 'public key')} of active investigators, each with what its owner signed and
          nothing else. The binary file is what MIG’s API reads as its pubring.gpg; agents take the keys one by one,
          from each investigator’s page.
        </p>
        {members.length === 0 && (
          <EmptyState title="Nobody belongs into this keyring" icon="key">
            A key belongs here when its owner is active and it can sign.
          </EmptyState>
        )}
        <KeyringTables members={members} leftOut={leftOut} />
      </Content>
    </>
  )
})
