import { findPerson } from '@/lib/auth/people-queries'
import { createToken, revokeToken } from '@/lib/auth/token-mutations'
import { listTokens, type TokenRow, type TokenState } from '@/lib/auth/token-queries'
import { MAX_TOKEN_DAYS } from '@/lib/auth/tokens'
import { type Call, type Command, OperatorError } from '@/lib/cli/command'
import { URL_OPTION } from '@/lib/cli/db'
import { asOperator, confirm, printable, table, YES_OPTION } from '@/lib/cli/people-database'

const DEFAULT_DAYS = 90
const FPR_HELP = `FPR is a fingerprint in any spelling, its last 16 hexadecimal digits or more, or an investigator's id.`

const create: Command = {
  name: 'token create',
  summary: 'Makes a bearer token for exports, or with --metrics one for the metrics',
  args: ['[FPR]'],
  help: `The token reads what its person may read, nothing more. It is the last line of standard output and is not shown again.
${FPR_HELP}`,
  options: {
    ...URL_OPTION,
    name: { type: 'string', value: 'NAME', help: 'what it is for ("command line")' },
    days: { type: 'string', value: 'N', help: `how long it is valid, 1 to ${MAX_TOKEN_DAYS} days (${DEFAULT_DAYS})` },
    metrics: { type: 'string', value: 'NAME', help: 'for the metrics, under this name, instead of a person' },
  },
  async run(call) {
    const [fpr] = call.args
    const { metrics, name } = call.options
    if ((fpr === undefined) === (metrics === undefined))
      throw new OperatorError('"token create" needs either FPR or --metrics NAME.', 2)
    if (metrics !== undefined && name !== undefined)
      throw new OperatorError('A token for the metrics has the name that stands behind --metrics: leave --name out.', 2)
    const days = daysOf(call)
    return asOperator(call, async (viewer) => {
      const person = fpr === undefined ? null : await findPerson(viewer, fpr)
      const created = await createToken(viewer, {
        days,
        name: String(metrics ?? name ?? 'command line'),
        ...(person ? { kind: 'person', investigatorId: person.id } : { kind: 'metrics' }),
      })
      const { id, secret, expires } = created
      if (call.json)
        call.io.out(JSON.stringify({ id, name: created.name, person: created.person, expires, token: secret }))
      else {
        call.io.out(
          `Token ${id} "${printable(created.name)}" for ${created.person === null ? 'the metrics' : printable(created.person)}, valid until ${expires}. It is shown only now:`,
        )
        call.io.out(secret)
      }
      return 0
    })
  },
}

function daysOf({ options }: Call): number {
  const text = String(options.days ?? DEFAULT_DAYS)
  const days = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (days < 1 || days > MAX_TOKEN_DAYS)
    throw new OperatorError(`--days takes a whole number from 1 to ${MAX_TOKEN_DAYS}.`, 2)
  return days
}

const STATE: Record<TokenState, string> = {
  live: 'live',
  idle: 'refused: its person may not read',
  expired: 'expired',
  revoked: 'revoked',
}

const list: Command = {
  name: 'token list',
  summary: 'Lists tokens, all or those of one person, without the tokens themselves',
  args: ['[FPR]'],
  help: FPR_HELP,
  options: URL_OPTION,
  async run(call) {
    const tokens = await asOperator(call, async (viewer) => {
      const [fpr] = call.args
      return listTokens(viewer, fpr === undefined ? {} : { of: (await findPerson(viewer, fpr)).id })
    })
    if (call.json) call.io.out(JSON.stringify(tokens, null, 2))
    else
      call.io.out(
        tokens.length === 0
          ? 'There are no tokens.'
          : table(['ID', 'FOR', 'NAME', 'MADE', 'EXPIRES', 'LAST USED', 'STATE'], tokens.map(listed)),
      )
    return 0
  },
}

function listed({ id, kind, person, name, createdAt, expiresAt, lastUsedAt, state }: TokenRow): string[] {
  const minute = (at: string | null) => (at === null ? 'never' : `${at.slice(0, 16)}Z`)
  return [
    id,
    kind === 'metrics' ? 'metrics' : (person?.name ?? 'nobody any more'),
    name,
    minute(createdAt),
    minute(expiresAt),
    minute(lastUsedAt),
    STATE[state],
  ]
}

const revoke: Command = {
  name: 'token revoke',
  summary: 'Revokes a token; it is refused from then on',
  args: ['ID'],
  help: 'ID is what `token list` prints. Asks first.',
  options: YES_OPTION,
  async run(call) {
    return asOperator(call, async (viewer) => {
      const [id = ''] = call.args
      await confirm(call, `The token ${printable(id)} will be refused from now on.`)
      const revoked = await revokeToken(viewer, id)
      call.io.out(
        call.json ? JSON.stringify(revoked) : `The token "${printable(revoked.name)}" (${revoked.id}) is revoked.`,
      )
      return 0
    })
  },
}

export const tokenCommands: readonly Command[] = [create, list, revoke]
