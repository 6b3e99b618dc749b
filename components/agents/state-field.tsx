import { ChoiceField } from '@/components/data-table/filter-bar'
import { ENDPOINT_STATES, STATE_MEANING } from '@/lib/mig/agents/status'

const STATES = ENDPOINT_STATES.map((value) => ({ value, label: STATE_MEANING[value].label }))

/** The filter by an endpoint's state; `given` is what the address says. */
export function StateField({ given, label = 'State' }: { given: string[] | undefined; label?: string }) {
  return <ChoiceField name="state" label={label} value={given?.join(',')} options={STATES} />
}
