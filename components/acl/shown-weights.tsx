import { totalInWords } from '@/components/data-table/pager'
import { Segments } from '@/components/layout/tabs'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import type { ListParams } from '@/lib/list-params'
import type { Endpoint, Person } from '@/lib/mig/acl/queries'
import { permissionList } from '@/lib/mig/acl/search-params'
import type { Total } from '@/lib/page'

/** Which weights are shown, in a sentence, and the switch between one investigator and one endpoint. */
export function ShownWeights({
  params,
  current,
  person,
  endpoint,
  total,
}: {
  params: ListParams<(typeof permissionList)['filters']>
  current: 'investigator' | 'endpoint'
  person: Person | null
  endpoint: Endpoint | null
  total: Total
}) {
  const by = (value: string | null) =>
    permissionList.href({ ...params, given: {} }, { filters: { by: value, module: params.given.module ?? null } })
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <Segments
        label="Weights by"
        current={current}
        options={[
          { key: 'investigator', label: 'One investigator', href: by(null) },
          { key: 'endpoint', label: 'One endpoint', href: by('endpoint') },
        ]}
      />
      <p>
        {person ? (
          <>
            What a signature of{' '}
            <TextLink href={`/investigators/${person.id}`}>
              <bdi>{visibleText(person.name)}</bdi>
            </TextLink>{' '}
            weighs on {totalInWords(total)} endpoints
            {person.disabled && ' (disabled: it counts 0)'}
          </>
        ) : endpoint ? (
          <>
            What the signatures of {totalInWords(total)} investigators weigh on{' '}
            <TextLink href={`/agents/${endpoint.id}`}>
              <bdi>{visibleText(endpoint.name)}</bdi>
            </TextLink>{' '}
            (
            <TextLink href={permissionList.href({ ...params, given: { by: ['endpoint'] } })}>another endpoint</TextLink>
            )
          </>
        ) : (
          'Choose the endpoint whose weights are to be shown'
        )}
      </p>
    </div>
  )
}
