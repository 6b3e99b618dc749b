import { type Column, DataTable } from '@/components/data-table/data-table'
import { totalInWords } from '@/components/data-table/pager'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { StatusBadge } from '@/components/ui/badge'
import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import type { ListParams } from '@/lib/list-params'
import type { ModuleRow } from '@/lib/mig/modules/queries'
import { moduleList } from '@/lib/mig/modules/search-params'
import type { Page } from '@/lib/page'

type Params = ListParams<(typeof moduleList)['filters']>

const COLUMNS: Column<ModuleRow>[] = [
  {
    id: 'name',
    header: 'Module',
    sort: 'name',
    cell: (row) => (
      <>
        <bdi>{visibleText(row.name)}</bdi>
        {row.twin && (
          <span className="ml-2 text-attention text-xs" title="The tables do not say whose rules hold">
            shares its name
          </span>
        )}
      </>
    ),
  },
  {
    id: 'sensitive',
    header: 'Sensitive',
    cell: (row) => row.sensitiveSince && <StatusBadge tone="attention" icon="lock" label="sensitive" bare />,
  },
  {
    id: 'requirements',
    header: 'Minimum weights',
    align: 'right',
    cell: (row) => (
      <TextLink href={`/acl/requirements?module=${row.id}`} title="Minimum weights by endpoint">
        {totalInWords(row.requirements)}
      </TextLink>
    ),
  },
  {
    id: 'weights',
    header: 'Weights',
    align: 'right',
    cell: (row) => (
      <TextLink href={`/acl/permissions?by=module&module=${row.id}`} title="Everybody’s weights, by endpoint">
        {totalInWords(row.weights)}
      </TextLink>
    ),
  },
  {
    id: 'actions',
    header: 'Actions that run it',
    align: 'right',
    cell: (row) => (
      <TextLink href={`/actions?module=${encodeURIComponent(row.name)}`}>{totalInWords(row.actions)}</TextLink>
    ),
  },
  { id: 'id', header: 'Id', sort: 'id', align: 'right', cell: (row) => <Mono>{row.id}</Mono> },
]

/** The table of /acl/modules; an admin's rows lead to the module's forms. */
export function ModuleTable({ params, page, canEdit }: { params: Params; page: Page<ModuleRow>; canEdit: boolean }) {
  const { id: _, ...filters } = params.given
  return (
    <DataTable
      list={moduleList}
      params={{ ...params, given: filters }}
      page={page}
      columns={COLUMNS}
      rowKey={(row) => row.id}
      rowHref={(row) =>
        canEdit
          ? moduleList.href(params, { filters: { id: row.id }, after: params.after, before: params.before })
          : null
      }
      caption="Modules"
      empty={
        Object.keys(filters).length ? (
          <NothingMatches what="modules" clearHref={moduleList.path} framed={false} />
        ) : (
          <EmptyState title="There is no module yet" icon="acl" framed={false}>
            The ACL needs a row for each module that agents run, and one named default for all others.
          </EmptyState>
        )
      }
    />
  )
}
