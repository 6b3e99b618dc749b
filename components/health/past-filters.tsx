import { StateField } from '@/components/agents/state-field'
import { FilterBar, MomentField, TextField } from '@/components/data-table/filter-bar'
import { type DifferenceParams, differenceList, type PastParams, pastList } from '@/lib/mig/health/search-params'

const NAMED = ['name', 'queueloc', 'os', 'version'] as const

function NamedFields({ given }: { given: Record<string, string[]> }) {
  return (
    <>
      <TextField name="name" label="Name" value={given.name?.[0]} width="w-36" />
      <TextField name="queueloc" label="Queue" value={given.queueloc?.[0]} width="w-36" />
      <TextField name="os" label="System" value={given.os?.[0]} width="w-28" />
      <TextField name="version" label="Version, or =all of it" value={given.version?.[0]} width="w-40" />
    </>
  )
}

/** The filters of the fleet at a past moment, the moment among them. */
export function PastFilters({ params, at }: { params: PastParams; at: string }) {
  const { given } = params
  return (
    <FilterBar list={pastList} params={params} names={['at', 'state', ...NAMED]}>
      <MomentField name="at" label="Moment (UTC)" value={given.at?.[0] ?? at} />
      <StateField given={given.state} label="State then" />
      <NamedFields given={given} />
    </FilterBar>
  )
}

/** The filters of a difference, its two moments among them. */
export function DifferenceFilters({
  params,
  before,
  after,
}: {
  params: DifferenceParams
  before: string
  after: string
}) {
  const { given } = params
  return (
    <FilterBar list={differenceList} params={params} names={['from', 'to', ...NAMED]}>
      <MomentField name="from" label="From (UTC)" value={given.from?.[0] ?? before} />
      <MomentField name="to" label="To (UTC)" value={given.to?.[0] ?? after} />
      <NamedFields given={given} />
    </FilterBar>
  )
}
