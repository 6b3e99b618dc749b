import { AclNote } from '@/components/acl/acl-note'
import { AclTabs } from '@/components/acl/acl-tabs'
import { ImportForm } from '@/components/acl/import-form'
import { NoAccess } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage } from '@/components/layout/data-page'
import { PageHeader } from '@/components/layout/page-header'
import { requireViewer } from '@/lib/auth/viewer'

export const metadata = { title: 'Import rules' }

const crumbs = [{ label: 'ACL', href: '/acl/requirements' }]

export default dataPage(async () => {
  const viewer = await requireViewer()
  return (
    <>
      <PageHeader crumbs={crumbs} title="Import rules" />
      <Content>
        <AclTabs current="import" />
        {viewer.role === 'admin' ? (
          <>
            <div className="flex flex-col gap-1">
              <p className="max-w-text">
                A file that a matrix exported, edited or not, comes back here. Each line is held against what is stored;
                an empty value removes the rule.
              </p>
              <AclNote />
            </div>
            <ImportForm />
          </>
        ) : (
          <NoAccess needs="admin" />
        )}
      </Content>
    </>
  )
})
