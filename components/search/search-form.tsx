import { Button } from '@/components/ui/button'
import { Field, Input } from '@/components/ui/field'

/** The field of the search's page. */
export function SearchForm({ asked, longest }: { asked: string; longest: number }) {
  return (
    <search className="max-w-text">
      <form action="/search" className="flex items-end gap-2">
        <div className="flex-1">
          <Field id="q" label="A page, an id, the beginning of a name, a fingerprint or a file">
            <Input
              id="q"
              name="q"
              type="search"
              key={asked}
              defaultValue={asked}
              maxLength={longest}
              autoComplete="off"
            />
          </Field>
        </div>
        <Button type="submit" kind="primary" icon="search">
          Find
        </Button>
      </form>
    </search>
  )
}
