import { Form } from '@/components/forms/form'
import { buttonClass } from '@/components/ui/button'
import { visibleText } from '@/components/ui/visible-text'
import { signInAsDemoPerson } from '@/lib/auth/server-actions'
import { cn } from '@/lib/cn'

/** The people of the demo as buttons: each signs with that person's key, which the demo keeps on this machine. */
export function DemoPeople({
  people,
  next,
}: {
  people: { id: string; name: string; role: string; remark: string | null }[]
  next: string
}) {
  return (
    <Form action={signInAsDemoPerson} label="Sign in as a person of the demo" className="gap-3">
      <input type="hidden" name="next" value={next} />
      <ul className="grid grid-cols-1 gap-2 sm:grid-cols-2 lg:grid-cols-4">
        {people.map(({ id, name, role, remark }) => (
          <li key={id}>
            <button
              type="submit"
              name="person"
              value={id}
              className={cn(buttonClass(), 'h-auto w-full flex-col items-start gap-0 px-3 py-2 text-left')}
            >
              <span className="max-w-full truncate">{visibleText(name)}</span>
              <span className={cn('font-normal text-xs', remark ? 'text-attention' : 'text-muted')}>
                {remark ? `refused: ${remark}` : role}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Form>
  )
}
