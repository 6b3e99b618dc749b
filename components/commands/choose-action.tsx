import { Moment } from '@/components/feedback/moment'
import { StatusBadge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Field, Input } from '@/components/ui/field'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import type { ComparedAction } from '@/lib/mig/commands/compare'
import { actionStatus } from '@/lib/mig/wire/status'

/** The choice of what to compare an action with: those that ask the same, or any by its id. The earlier one comes first. */
export function ChooseAction({ a, like, now }: { a: ComparedAction | null; like: ComparedAction[]; now: string }) {
  const startOf = (action: ComparedAction) => action.starttime ?? action.validfrom ?? ''
  const hrefOf = (one: ComparedAction, other: ComparedAction) => {
    const [first, second] = startOf(one) <= startOf(other) ? [one, other] : [other, one]
    return `/actions/compare?a=${first.id}&b=${second.id}`
  }
  return (
    <div className="flex flex-col gap-4">
      {!a && (
        <p className="max-w-text text-muted">
          Two actions are held to each other, endpoint by endpoint: what was newly found, what is no longer found, who
          is new. Write their ids in any form, or begin with the first one: then actions that ask the same are offered.
          The tab Compare of every action leads here too.
        </p>
      )}
      {a && (
        <p className="text-muted">
          <TextLink href={`/actions/${a.id}`}>
            <bdi>{visibleText(a.name)}</bdi>
          </TextLink>{' '}
          is held to another action, endpoint by endpoint: what was newly found, what is no longer found, who is new.
        </p>
      )}
      {a && like.length > 0 && (
        <ul
          className="flex flex-col divide-y divide-line rounded-md border border-line bg-surface"
          aria-label="Actions that ask the same"
        >
          {like.map((action) => (
            <li key={action.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-3 py-1.5 text-sm">
              <TextLink href={hrefOf(a, action)} className="min-w-0 flex-1 truncate">
                <bdi>{visibleText(action.name)}</bdi>
              </TextLink>
              <StatusBadge {...actionStatus(action.status)} bare />
              <Moment at={action.starttime ?? action.validfrom} now={now} />
            </li>
          ))}
        </ul>
      )}
      {a && like.length === 0 && <p className="text-muted">No other action has its name or its operations.</p>}
      <form action="/actions/compare" className="flex flex-wrap items-end gap-2">
        {a && <input type="hidden" name="a" value={a.id} />}
        {!a && (
          <Field id="first" label="First action">
            <Input
              id="first"
              name="a"
              placeholder="id of an action"
              required
              className="w-56 font-mono"
              autoComplete="off"
            />
          </Field>
        )}
        <Field id="second" label={a ? 'Or the id of another action' : 'Second action'}>
          <Input
            id="second"
            name="b"
            placeholder="id of an action"
            required={a !== null}
            className="w-56 font-mono"
            autoComplete="off"
          />
        </Field>
        <Button type="submit" icon="double">
          Compare
        </Button>
      </form>
    </div>
  )
}
