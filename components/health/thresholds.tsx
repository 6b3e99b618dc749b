import { FilterBar, TextField } from '@/components/data-table/filter-bar'
import { Disclosure } from '@/components/ui/disclosure'
import { formatDuration } from '@/lib/format'
import type { ListDefinition, ListParams } from '@/lib/list-params'
import type { Thresholds } from '@/lib/mig/agents/state'

const NAMES = ['period', 'timeout', 'gone']

/** What the states are judged by, in a sentence, and a form that changes it for this address. */
export function ThresholdsPanel<F>({
  list,
  params,
  by,
  isJudgedAnew,
}: {
  list: ListDefinition<F>
  params: ListParams<F>
  by: Thresholds
  isJudgedAnew: boolean
}) {
  const given = (name: string) => params.given[name]?.[0]
  return (
    <div className="flex flex-wrap items-start gap-x-4">
      <p className="flex min-h-8 items-center text-faint text-xs">
        Online up to {formatDuration(2 * by.period)} after the last heartbeat (two periods), late up to{' '}
        {formatDuration(by.timeout)} (the agent time-out), unreachable beyond, gone after {formatDuration(by.goneAfter)}
        .
      </p>
      <Disclosure open={NAMES.some(given)} summary="Judge by others" className="open:basis-full">
        <div className="flex flex-col gap-2">
          <FilterBar list={list} params={params} names={NAMES} isInside>
            <TextField name="period" label="Heartbeat period" value={given('period')} width="w-28" />
            <TextField name="timeout" label="Agent time-out" value={given('timeout')} width="w-28" />
            <TextField name="gone" label="Gone after" value={given('gone')} width="w-28" />
          </FilterBar>
          {isJudgedAnew && (
            <p className="max-w-text text-muted text-sm">
              The figures and lists of this moment are judged by these. The samples of the charts over time were judged
              by the settings when they were made.
            </p>
          )}
        </div>
      </Disclosure>
    </div>
  )
}
