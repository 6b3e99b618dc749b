import { Moment } from '@/components/feedback/moment'
import { Form } from '@/components/forms/form'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { browserName } from '@/lib/auth/browser-name'
import type { SessionRow } from '@/lib/auth/queries'
import { endSession, signOut } from '@/lib/auth/server-actions'

const HEAD = 'h-row whitespace-nowrap px-3 text-left font-medium text-muted text-xs'
const CELL = 'h-row-lg border-line border-t px-3 py-1'

/** Live sessions with a button to end each; `clock` is the database's moment. `people` adds whose they are. */
export function SessionTable({
  sessions,
  clock,
  caption,
  people = false,
}: {
  sessions: SessionRow[]
  clock: string
  caption: string
  people?: boolean
}) {
  return (
    <Form action={endSession} label={caption} className="gap-2">
      <div className="relative overflow-x-auto rounded-md border border-line bg-surface">
        <table className="w-full border-separate border-spacing-0 text-sm">
          <caption className="sr-only">{caption}</caption>
          <thead>
            <tr>
              {people && <th className={HEAD}>Investigator</th>}
              <th className={HEAD}>Browser</th>
              <th className={HEAD}>Address</th>
              <th className={HEAD}>Signed in</th>
              <th className={HEAD}>Last used</th>
              <th className={HEAD}>Ends at the latest</th>
              <th className={HEAD}>
                <span className="sr-only">End</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {sessions.map((session) => (
              <Session key={session.id} session={session} clock={clock} people={people} />
            ))}
          </tbody>
        </table>
      </div>
    </Form>
  )
}

function Session({ session, clock, people }: { session: SessionRow; clock: string; people: boolean }) {
  const { id, person, created, lastUsed, expires, address, browser, isThis } = session
  const name = visibleText(person.name)
  const short = browserName(browser) ?? (visibleText(browser.slice(0, 40)) || 'says nothing of itself')
  return (
    <tr>
      {people && (
        <td className={`${CELL} whitespace-nowrap`}>
          <TextLink href={`/investigators/${person.id}`}>
            <bdi>{name}</bdi>
          </TextLink>
        </td>
      )}
      <td className={CELL}>
        <span title={browser} className="inline-flex items-center gap-2 whitespace-nowrap">
          {short}
          {isThis && <Badge>this one</Badge>}
        </span>
      </td>
      <td className={`${CELL} font-mono text-xs`}>{visibleText(address)}</td>
      <td className={CELL}>
        <Moment at={created} now={clock} />
      </td>
      <td className={CELL}>
        <Moment at={lastUsed} now={clock} />
      </td>
      <td className={CELL}>
        <Moment at={expires} now={clock} />
      </td>
      <td className={`${CELL} text-right`}>
        {isThis ? (
          <Button type="submit" size="sm" formAction={signOut}>
            Sign out
          </Button>
        ) : (
          <Button
            type="submit"
            size="sm"
            name="session"
            value={id}
            aria-label={`Revoke the session of ${name}, ${short}, from ${address}`}
          >
            Revoke
          </Button>
        )}
      </td>
    </tr>
  )
}
