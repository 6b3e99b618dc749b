import { Button, LinkButton } from '@/components/ui/button'
import { inputClass } from '@/components/ui/field'

/** Finding an id, and the comparison with the database. */
export function SpoolTools({ asked }: { asked?: string }) {
  return (
    <div className="flex flex-wrap items-end gap-2">
      <search>
        <form action="/spool/find" className="flex flex-wrap items-end gap-2">
          <label className="flex flex-col gap-1 text-muted text-xs">
            Id of an action or a command, in any form
            <input type="search" name="q" defaultValue={asked ?? ''} className={inputClass} autoComplete="off" />
          </label>
          <Button type="submit">Find</Button>
        </form>
      </search>
      {asked === undefined && <LinkButton href="/spool/reconcile">Compare with the database</LinkButton>}
    </div>
  )
}
