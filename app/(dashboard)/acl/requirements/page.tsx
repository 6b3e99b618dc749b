import { AclNote } from '@/components/acl/acl-note'
import { AclTabs } from '@/components/acl/acl-tabs'
import { FileDifferences } from '@/components/acl/file-differences'
import { moduleColumns } from '@/components/acl/grid/grid-data'
import { gridUse } from '@/components/acl/grid/grid-use'
import { GroupMatrix } from '@/components/acl/group-matrix'
import { Legend } from '@/components/acl/legend'
import { MatrixFilters } from '@/components/acl/matrix-filters'
import { MinimumForm, RequirementMatrix } from '@/components/acl/requirement-matrix'
import { totalInWords } from '@/components/data-table/pager'
import { Notice } from '@/components/feedback/notice'
import { ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { Card } from '@/components/ui/card'
import { visibleText } from '@/components/ui/visible-text'
import { requireViewer } from '@/lib/auth/viewer'
import { listFileStates } from '@/lib/mig/acl/file-states'
import { listMatrixGroups } from '@/lib/mig/acl/matrix-groups'
import { getMinimumCell, listRequirements } from '@/lib/mig/acl/minimums'
import { requirementList } from '@/lib/mig/acl/search-params'
import { groupKeyLabel } from '@/lib/mig/agents/groups'
import { listModules } from '@/lib/mig/modules/queries'
import { now } from '@/lib/now'

export const metadata = { title: 'Minimum weights' }

const crumbs = [{ label: 'ACL', href: '/acl/requirements' }]

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const parsed = requirementList.parse(await searchParams)
  if (!parsed.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title="Minimum weights" />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={requirementList.path} />
        </Content>
      </>
    )
  const { params } = parsed
  const { edit, module: chosen, group } = params.filters
  const [modules, moment] = await Promise.all([listModules(viewer), now()])
  if (group) {
    const columns = chosen ? modules.filter((module) => chosen.includes(module.id)) : modules
    const groups = await listMatrixGroups(
      viewer,
      params,
      group,
      { table: 'agtmodreq', columns: columns.map(({ id }) => id) },
      moment.mig,
    )
    return (
      <>
        <PageHeader crumbs={crumbs} title="Minimum weights" live={<Live now={moment} />} />
        <Content>
          <AclTabs current="requirements" />
          <div className="flex flex-col gap-1">
            <p>
              What the endpoints have stored, by {visibleText(groupKeyLabel(group))}: {totalInWords(groups.total)}{' '}
              {groups.total.count === 1 ? 'group' : 'groups'}.
            </p>
            <AclNote />
          </div>
          <MatrixFilters list={requirementList} params={params} modules={modules} rows="endpoints" />
          <GroupMatrix
            list={requirementList}
            params={params}
            scope={{ view: 'minimums' }}
            page={groups}
            columns={moduleColumns(columns)}
            canEdit={viewer.role === 'admin'}
            clearHref={requirementList.href({ ...params, given: { group: params.given.group ?? [] } })}
          />
        </Content>
      </>
    )
  }
  const [page, form] = await Promise.all([
    listRequirements(viewer, params, modules, moment.mig),
    edit ? getMinimumCell(viewer, edit, modules, moment.mig) : null,
  ])
  const endpoints = page.rows.map((row) => row.endpoint)
  const files = await listFileStates(viewer, endpoints)
  const shown = chosen ? modules.filter((module) => chosen.includes(module.id)) : modules
  const inPage = page.rows.some((row) => row.endpoint.id === form?.endpoint.id)
  return (
    <>
      <PageHeader crumbs={crumbs} title="Minimum weights" live={<Live now={moment} />} />
      <Content>
        <AclTabs current="requirements" />
        <div className="flex flex-col gap-1">
          <p>
            The weight that the signatures of an action must reach on{' '}
            {page.total.count === 1 && !page.total.more ? 'the endpoint' : `${totalInWords(page.total)} endpoints`},
            module by module.
          </p>
          <AclNote />
          <FileDifferences endpoints={endpoints} files={files} now={moment.clock} />
        </div>
        {edit && !form && <Notice tone="attention">The cell in this address does not exist any more.</Notice>}
        <MatrixFilters list={requirementList} params={params} modules={modules} rows="endpoints" />
        {form && !inPage && (
          <Card>
            <MinimumForm form={form} params={params} />
          </Card>
        )}
        <RequirementMatrix
          params={params}
          page={page}
          modules={shown}
          form={form}
          files={files}
          use={gridUse(viewer, moment.mig)}
        />
        <Legend kind="requirements" />
      </Content>
    </>
  )
})
