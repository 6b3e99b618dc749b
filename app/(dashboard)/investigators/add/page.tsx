import { NoAccess } from '@/components/feedback/panels'
import { AddInvestigatorForm } from '@/components/investigators/add-form'
import { WhatIsStored } from '@/components/investigators/what-is-stored'
import { Columns, Content } from '@/components/layout/content'
import { dataPage } from '@/components/layout/data-page'
import { PageHeader } from '@/components/layout/page-header'
import { requireViewer } from '@/lib/auth/viewer'
import { addingStores } from '@/lib/mig/investigators/queries'

export const metadata = { title: 'Add an investigator' }

const crumbs = [{ label: 'Investigators', href: '/investigators' }]

export default dataPage(async () => {
  const viewer = await requireViewer()
  const stores = await addingStores(viewer)
  return (
    <>
      <PageHeader crumbs={crumbs} title="Add an investigator" />
      <Content>
        {viewer.role === 'admin' ? (
          <Columns aside={<WhatIsStored stores={stores} />}>
            <AddInvestigatorForm />
          </Columns>
        ) : (
          <NoAccess needs="admin" />
        )}
      </Content>
    </>
  )
})
