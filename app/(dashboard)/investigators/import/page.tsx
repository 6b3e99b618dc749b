import { NoAccess } from '@/components/feedback/panels'
import { ImportForm } from '@/components/investigators/import-form'
import { Content } from '@/components/layout/content'
import { dataPage } from '@/components/layout/data-page'
import { PageHeader } from '@/components/layout/page-header'
import { requireViewer } from '@/lib/auth/viewer'

export const metadata = { title: 'Import a keyring' }

const crumbs = [{ label: 'Investigators', href: '/investigators' }]

export default dataPage(async () => {
  const viewer = await requireViewer()
  return (
    <>
      <PageHeader crumbs={crumbs} title="Import a keyring" />
      <Content>{viewer.role === 'admin' ? <ImportForm /> : <NoAccess needs="admin" />}</Content>
    </>
  )
})
