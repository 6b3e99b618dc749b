import { Tabs } from '@/components/layout/tabs'
import { lintList, permissionList, requirementList, whatIfList } from '@/lib/mig/acl/search-params'
import { moduleList } from '@/lib/mig/modules/search-params'

/** The two matrices, and what they would let run. */
export function AclTabs({ current }: { current: 'requirements' | 'permissions' | 'what-if' | 'lint' | 'modules' }) {
  return (
    <Tabs
      label="ACL"
      current={current}
      tabs={[
        { key: 'requirements', label: 'Minimum weights', href: requirementList.path },
        { key: 'permissions', label: "Investigators' weights", href: permissionList.path },
        { key: 'what-if', label: 'What if', href: whatIfList.path },
        { key: 'modules', label: 'Modules', href: moduleList.path },
        { key: 'lint', label: 'Lint', href: lintList.path },
      ]}
    />
  )
}
