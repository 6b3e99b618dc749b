import { notFound } from 'next/navigation'
import { ExactMoment } from '@/components/feedback/moment'
import { NoAccess } from '@/components/feedback/panels'
import { KeyBadge } from '@/components/investigators/key-badge'
import { ReplaceKeyForm } from '@/components/investigators/replace-form'
import { Columns, Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { PageHeader } from '@/components/layout/page-header'
import { Section } from '@/components/layout/section'
import { KeyValue } from '@/components/ui/key-value'
import { Fingerprint } from '@/components/ui/mono'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import { requireViewer } from '@/lib/auth/viewer'
import { getInvestigator } from '@/lib/mig/investigators/queries'
import { parseId } from '@/lib/mig/wire/id'
import { now } from '@/lib/now'

export const metadata = { title: 'Replace a key' }

const list = { label: 'Investigators', href: '/investigators' }

export default dataPage(async ({ params }: PageProps) => {
  const viewer = await requireViewer()
  const id = parseId((await params).id ?? '')
  if (viewer.role !== 'admin')
    return (
      <>
        <PageHeader crumbs={[list]} title="Replace a key" />
        <Content>
          <NoAccess needs="admin" />
        </Content>
      </>
    )
  const investigator = id && (await getInvestigator(viewer, id, await now()))
  if (!investigator) notFound()
  const { name, fingerprint, digest, disabled, key, state } = investigator
  return (
    <>
      <PageHeader
        crumbs={[list, { label: visibleText(name), href: `/investigators/${investigator.id}` }]}
        title="Replace the key"
      />
      <Content>
        <Columns
          aside={
            <Section title="Stored now">
              <KeyValue
                items={[
                  { key: 'state', label: 'State', value: <KeyBadge state={state} bare /> },
                  {
                    key: 'fingerprint',
                    label: 'Fingerprint',
                    value: fingerprint ? <Fingerprint>{fingerprint}</Fingerprint> : <Unknown why="None is stored" />,
                  },
                  ...(key
                    ? [
                        { key: 'algorithm', label: 'Algorithm', value: key.algorithm },
                        { key: 'expires', label: 'Expires', value: <ExactMoment at={key.expires} none="never" /> },
                      ]
                    : []),
                ]}
              />
            </Section>
          }
        >
          <ReplaceKeyForm
            seen={{ id: investigator.id, fingerprint: fingerprint ?? '', digest: digest ?? '', isDisabled: disabled }}
          />
        </Columns>
      </Content>
    </>
  )
})
