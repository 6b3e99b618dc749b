import { AclTabs } from '@/components/acl/acl-tabs'
import { FilterBar, TextField } from '@/components/data-table/filter-bar'
import { Notice } from '@/components/feedback/notice'
import { ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { AddModuleForm } from '@/components/modules/module-forms'
import { ModulePanel } from '@/components/modules/module-panel'
import { ModuleTable } from '@/components/modules/module-table'
import { Disclosure } from '@/components/ui/disclosure'
import { Checkbox } from '@/components/ui/field'
import { requireViewer } from '@/lib/auth/viewer'
import { getModule, listModuleUses } from '@/lib/mig/modules/queries'
import { moduleList } from '@/lib/mig/modules/search-params'
import { now } from '@/lib/now'

export const metadata = { title: 'Modules' }

const crumbs = [{ label: 'ACL', href: '/acl/requirements' }]

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const parsed = moduleList.parse(await searchParams)
  if (!parsed.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title="Modules" />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={moduleList.path} />
        </Content>
      </>
    )
  const { params } = parsed
  const { filters } = params
  const canEdit = viewer.role === 'admin'
  const [page, open, moment] = await Promise.all([
    listModuleUses(viewer, params),
    filters.id ? getModule(viewer, filters.id.id) : null,
    now(),
  ])
  return (
    <>
      <PageHeader crumbs={crumbs} title="Modules" live={<Live now={moment} />} />
      <Content>
        <AclTabs current="modules" />
        <p className="max-w-text">
          What agents can run, a row of MIG’s table <code>modules</code> each. Rules hang on a module’s id; the
          operations of actions name it.
        </p>
        {filters.id && !open && <Notice tone="attention">There is no module {filters.id.id} any more.</Notice>}
        {open && canEdit && <ModulePanel module={open} />}
        <FilterBar list={moduleList} params={params} names={['name', 'sensitive', 'id']}>
          <TextField name="name" label="Name" value={filters.name} />
          <Checkbox
            name="sensitive"
            value="1"
            label="Only sensitive ones"
            className="h-8 items-center! [&_input]:mt-0!"
            defaultChecked={filters.sensitive ?? false}
          />
        </FilterBar>
        <ModuleTable params={params} page={page} canEdit={canEdit} />
        {canEdit && (
          <Disclosure summary="Add a module">
            <div className="max-w-[36rem] p-3">
              <AddModuleForm />
            </div>
          </Disclosure>
        )}
      </Content>
    </>
  )
})
