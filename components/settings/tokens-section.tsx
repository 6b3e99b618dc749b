import { Section } from '@/components/layout/section'
import { Mono } from '@/components/ui/mono'
import type { PersonChoice } from '@/lib/auth/people-queries'
import type { TokenRow } from '@/lib/auth/token-queries'
import { TokenForm } from './token-form'
import { TokenTable } from './tokens'

/** Bearer tokens: the viewer's own, or everybody's for admins, who get `people` and may make new ones for them. */
export function TokensSection({
  tokens,
  people,
  own,
  clock,
}: {
  tokens: TokenRow[]
  /** null for whoever may not make tokens. */
  people: PersonChoice[] | null
  /** The viewer's own investigator id. */
  own: string | null
  clock: string
}) {
  return (
    <Section title={people ? 'Tokens' : 'Your tokens'} remark="For exports without a browser; a token only reads.">
      <p className="max-w-text text-muted text-sm">
        Send it as a header: <Mono>{'curl -H "Authorization: Bearer TOKEN" …/actions/export?format=ndjson'}</Mono>. It
        reads what its person may read, for as long as that person may.
      </p>
      {people && people.length > 0 && <TokenForm people={people.map(({ id, name }) => ({ id, name }))} own={own} />}
      <TokenTable tokens={tokens} clock={clock} people={people !== null} />
    </Section>
  )
}
