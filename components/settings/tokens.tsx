import { Moment } from '@/components/feedback/moment'
import { Form } from '@/components/forms/form'
import { StatusBadge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { TextLink } from '@/components/ui/text-link'
import type { Tone } from '@/components/ui/tone'
import { visibleText } from '@/components/ui/visible-text'
import { endToken } from '@/lib/auth/token-actions'
import type { TokenRow, TokenState } from '@/lib/auth/token-queries'

const HEAD = 'h-row whitespace-nowrap px-3 text-left font-medium text-muted text-xs'
const CELL = 'border-line border-t px-3 py-1.5 align-top'

const STATE: Record<TokenState, { label: string; tone: Tone; title?: string }> = {
  live: { label: 'live', tone: 'good' },
  idle: { label: 'refused', tone: 'bad', title: 'Its person may not read in the dashboard now' },
  expired: { label: 'expired', tone: 'gone' },
  revoked: { label: 'revoked', tone: 'gone' },
}

/** Bearer tokens with a button to revoke each live one; `clock` is the database's moment. `people` adds whose they are. */
export function TokenTable({ tokens, clock, people }: { tokens: TokenRow[]; clock: string; people: boolean }) {
  if (tokens.length === 0)
    return (
      <p className="text-muted text-sm">
        {people ? 'There are no tokens.' : 'There is no token of yours. An admin makes them.'}
      </p>
    )
  return (
    <Form action={endToken} label="Tokens" className="gap-2">
      <div className="overflow-x-auto rounded-md border border-line bg-surface">
        <table className="w-full border-separate border-spacing-0 text-sm">
          <caption className="sr-only">Tokens, live ones first</caption>
          <thead>
            <tr>
              <th scope="col" className={HEAD}>
                Name
              </th>
              {people && (
                <th scope="col" className={HEAD}>
                  For
                </th>
              )}
              <th scope="col" className={HEAD}>
                State
              </th>
              <th scope="col" className={HEAD}>
                Made
              </th>
              <th scope="col" className={HEAD}>
                Last used
              </th>
              <th scope="col" className={HEAD}>
                Expires
              </th>
              <th scope="col" className={HEAD}>
                <span className="sr-only">Revoke</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {tokens.map((token) => (
              <Token key={token.id} token={token} clock={clock} people={people} />
            ))}
          </tbody>
        </table>
      </div>
    </Form>
  )
}

function Token({ token, clock, people }: { token: TokenRow; clock: string; people: boolean }) {
  const name = visibleText(token.name)
  const isOver = token.state === 'expired' || token.state === 'revoked'
  return (
    <tr>
      <th scope="row" className={`${CELL} max-w-64 truncate text-left font-normal`}>
        <bdi>{name}</bdi>
      </th>
      {people && (
        <td className={`${CELL} max-w-64 truncate`}>
          <TokenOwner token={token} />
        </td>
      )}
      <td className={CELL}>
        <StatusBadge {...STATE[token.state]} bare />
      </td>
      <td className={CELL} title={`by ${visibleText(token.createdBy)}`}>
        <Moment at={token.createdAt} now={clock} />
      </td>
      <td className={CELL}>
        <Moment at={token.lastUsedAt} now={clock} none="never" />
      </td>
      <td className={CELL}>
        <Moment at={token.expiresAt} now={clock} />
      </td>
      <td className={`${CELL} text-right`}>
        {!isOver && (
          <Button type="submit" size="sm" name="token" value={token.id} aria-label={`Revoke the token ${name}`}>
            Revoke
          </Button>
        )}
      </td>
    </tr>
  )
}

function TokenOwner({ token }: { token: TokenRow }) {
  if (token.kind === 'metrics') return 'the metrics'
  if (!token.person) return <span className="text-faint">nobody any more</span>
  return (
    <TextLink href={`/investigators/${token.person.id}`}>
      <bdi>{visibleText(token.person.name)}</bdi>
    </TextLink>
  )
}
