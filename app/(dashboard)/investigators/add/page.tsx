import { NoAccess, ProblemPanel } from '@/components/feedback/panels'
import { AddFingerprintForm, AddInvestigatorForm } from '@/components/investigators/add-form'
import { WhatIsStored } from '@/components/investigators/what-is-stored'
import { Columns, Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { PageHeader } from '@/components/layout/page-header'
import { Segments } from '@/components/layout/tabs'
import { requireViewer } from '@/lib/auth/viewer'
import { addingStores } from '@/lib/mig/investigators/queries'

export const metadata = { title: 'Add an investigator' }

const crumbs = [{ label: 'Investigators', href: '/investigators' }]
const PATH = '/investigators/add'
const WAYS = [
  { key: 'key', label: 'By public key', href: PATH },
  { key: 'fingerprint', label: 'By fingerprint alone', href: `${PATH}?by=fingerprint` },
]

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const stores = await addingStores(viewer)
  const by = [(await searchParams).by ?? 'key'].flat()[0]
  return (
    <>
      <PageHeader crumbs={crumbs} title="Add an investigator" />
      <Content>
        {viewer.role !== 'admin' ? (
          <NoAccess needs="admin" />
        ) : !WAYS.some((way) => way.key === by) ? (
          <ProblemPanel problem="An investigator is added by=key or by=fingerprint." clearHref={PATH} />
        ) : (
          <Columns aside={<WhatIsStored stores={stores} withKey={by === 'key'} />}>
            <div>
              <Segments label="How to add" options={WAYS} current={by as string} />
            </div>
            {by === 'key' ? <AddInvestigatorForm /> : <AddFingerprintForm />}
          </Columns>
        )}
      </Content>
    </>
  )
})
