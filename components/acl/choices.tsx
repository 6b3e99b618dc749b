import { visibleText } from '@/components/ui/visible-text'

/** Boxes to tick for a GET form, a name each. */
export function Choices({
  legend,
  name,
  choices,
  chosen,
}: {
  legend: string
  name: string
  choices: { id: string; label: string; note?: string }[]
  chosen: readonly string[]
}) {
  return (
    <fieldset className="min-w-0 rounded-md border border-line bg-surface px-3 pt-1 pb-2">
      <legend className="px-1 text-muted text-xs">{legend}</legend>
      <div className="flex max-h-40 flex-wrap gap-x-5 gap-y-1.5 overflow-y-auto">
        {choices.map(({ id, label, note }) => (
          <label key={id} className="flex min-w-0 items-center gap-2 text-sm">
            <input
              type="checkbox"
              name={name}
              value={id}
              defaultChecked={chosen.includes(id)}
              className="size-4 shrink-0 accent-accent-solid"
            />
            <span className="truncate">
              <bdi>{visibleText(label)}</bdi>
              {note && <span className="text-faint"> {note}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
