import { Tabs } from '@/components/layout/tabs'
import { batchList } from '@/lib/mig/acl/batch-lists'
import {
  aclGroupList,
  bulkList,
  lintList,
  permissionList,
  powerList,
  requirementList,
  whatIfList,
} from '@/lib/mig/acl/search-params'
import { moduleList } from '@/lib/mig/modules/search-params'

const TABS = [
  { key: 'requirements', label: 'Minimum weights', href: requirementList.path },
  { key: 'permissions', label: "Investigators' weights", href: permissionList.path },
  { key: 'bulk', label: 'In bulk', href: bulkList.path },
  { key: 'import', label: 'Import', href: '/acl/import' },
  { key: 'batches', label: 'Batches', href: batchList.path },
  { key: 'what-if', label: 'What if', href: whatIfList.path },
  { key: 'powers', label: 'Powers', href: powerList.path },
  { key: 'lint', label: 'Lint', href: lintList.path },
  { key: 'files', label: 'Files', href: aclGroupList.path },
  { key: 'modules', label: 'Modules', href: moduleList.path },
] as const

/** The parts of the ACL area: what is wanted, what it would let run, what is wrong with it, and how it gets to the agents. */
export function AclTabs({ current }: { current: (typeof TABS)[number]['key'] }) {
  return <Tabs label="ACL" current={current} tabs={[...TABS]} />
}
