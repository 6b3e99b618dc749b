import { totalInWords } from '@/components/data-table/pager'
import { Segments } from '@/components/layout/tabs'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import type { ListParams } from '@/lib/list-params'
import type { Endpoint, Person } from '@/lib/mig/acl/endpoints'
import { permissionList } from '@/lib/mig/acl/search-params'
import { type GroupKey, groupKeyLabel } from '@/lib/mig/agents/groups'
import type { Module } from '@/lib/mig/modules/queries'
import type { Total } from '@/lib/page'

/** Which weights are shown, in a sentence, and the switch between one investigator, one endpoint and one module. */
export function ShownWeights({
  params,
  current,
  person = null,
  endpoint = null,
  module = null,
  groups = null,
  total,
}: {
  params: ListParams<(typeof permissionList)['filters']>
  current: 'investigator' | 'endpoint' | 'module'
  person?: Person | null
  endpoint?: Endpoint | null
  module?: Module | null
  /** What the rows are groups by, where they are. */
  groups?: GroupKey | null
  total: Total
}) {
  const counted = (one: string, many: string) =>
    `${totalInWords(total)} ${total.count === 1 && !total.more ? one : many}`
  const rows = groups
    ? `${counted('group', 'groups')} of endpoints by ${visibleText(groupKeyLabel(groups))}`
    : counted('endpoint', 'endpoints')
  // The chosen columns of the one are not the chosen module of the other.
  const columns = current === 'module' ? null : (params.given.module ?? null)
  const by = (value: string | null) =>
    permissionList.href(
      { ...params, given: {} },
      { filters: { by: value, module: value === 'module' ? null : columns } },
    )
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <Segments
        label="Weights by"
        current={current}
        options={[
          { key: 'investigator', label: 'One investigator', href: by(null) },
          { key: 'endpoint', label: 'One endpoint', href: by('endpoint') },
          { key: 'module', label: 'One module', href: by('module') },
        ]}
      />
      <p>
        {person ? (
          <>
            What a signature of{' '}
            <TextLink href={`/investigators/${person.id}`}>
              <bdi>{visibleText(person.name)}</bdi>
            </TextLink>{' '}
            weighs on {rows}
            {person.disabled && ' (disabled: it counts 0)'}
          </>
        ) : endpoint ? (
          <>
            What the signatures of {counted('investigator', 'investigators')} weigh on{' '}
            <TextLink href={`/agents/${endpoint.id}`}>
              <bdi>{visibleText(endpoint.name)}</bdi>
            </TextLink>{' '}
            (
            <TextLink href={permissionList.href({ ...params, given: { by: ['endpoint'] } })}>another endpoint</TextLink>
            )
          </>
        ) : module ? (
          <>
            What each signature weighs for <bdi>{visibleText(module.name)}</bdi> on {rows}
          </>
        ) : (
          'Choose the endpoint whose weights are to be shown'
        )}
      </p>
    </div>
  )
}
