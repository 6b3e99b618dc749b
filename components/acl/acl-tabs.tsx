import { Tabs } from '@/components/layout/tabs'
import { permissionList, requirementList } from '@/lib/mig/acl/search-params'

/** The two matrices. */
export function AclTabs({ current }: { current: 'requirements' | 'permissions' }) {
  return (
    <Tabs
      label="ACL"
      current={current}
      tabs={[
        { key: 'requirements', label: 'Minimum weights', href: requirementList.path },
        { key: 'permissions', label: "Investigators' weights", href: permissionList.path },
      ]}
    />
  )
}
