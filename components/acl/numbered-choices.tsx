import { inputClass } from '@/components/ui/field'
import { visibleText } from '@/components/ui/visible-text'
import { cn } from '@/lib/cn'

const FEWEST = 3
const SPARE = 2

/** Choices in an order for a GET form, a list each; there is always an empty one left, and one may be taken twice. */
export function NumberedChoices({
  legend,
  hint,
  name,
  place,
  choices,
  chosen,
  own,
}: {
  legend: string
  hint: string
  name: string
  /** What one place is called: "Signature" makes "Signature 2". */
  place: string
  choices: { id: string; label: string; note?: string }[]
  chosen: readonly string[]
  /** What holds while all are empty. */
  own?: string
}) {
  const places = Math.max(FEWEST, chosen.length + SPARE)
  const options = choices.map(({ id, label, note }) => (
    <option key={id} value={id}>
      {visibleText(label)} {note}
    </option>
  ))
  return (
    <fieldset className="min-w-0 rounded-md border border-line bg-surface px-3 pt-1 pb-2">
      <legend className="px-1 text-muted text-xs">{legend}</legend>
      <ol className="flex max-h-60 flex-wrap gap-2 overflow-y-auto">
        {Array.from({ length: places }, (_, i) => chosen[i] ?? '').map((value, i) => (
          <li key={i} className="min-w-0">
            <label className="flex items-center gap-1.5 text-muted text-xs">
              <span className="tabular-nums" aria-hidden="true">
                {i + 1}.
              </span>
              <select
                name={name}
                aria-label={`${place} ${i + 1}`}
                defaultValue={value}
                className={cn(inputClass, 'w-40')}
              >
                <option value="">{chosen.length === 0 && own ? own : '–'}</option>
                {value !== '' && !choices.some(({ id }) => id === value) && <option value={value}>{value}</option>}
                {options}
              </select>
            </label>
          </li>
        ))}
      </ol>
      <p className="mt-1 text-faint text-xs">{hint}</p>
    </fieldset>
  )
}
