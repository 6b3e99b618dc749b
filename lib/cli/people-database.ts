import { operatorViewer, type Viewer } from '@/lib/auth/viewer'
import { type Call, OperatorError, type Option } from '@/lib/cli/command'
import { onDatabase, URL_OPTION } from '@/lib/cli/db'
import { isTimeout, isUnavailable } from '@/lib/db/availability'
import { migrationStateOf } from '@/lib/db/migrate'
import { withProgramOn } from '@/lib/db/prisma'
import { withDatabase } from '@/lib/db/setup'
import { parseEnv } from '@/lib/env'
import { AppError } from '@/lib/errors'
import { detectVintage, isMig } from '@/lib/mig/vintage'

export const YES_OPTION: Record<string, Option> = {
  ...URL_OPTION,
  yes: { type: 'boolean', help: 'do not ask; needed where nobody can be asked' },
}

/** Runs `use` as the system account on the named or the embedded database, which must be up to date. */
export async function asOperator<T>(call: Call, use: (viewer: Viewer) => Promise<T>): Promise<T> {
  const parsed = parseEnv(call.io.environment)
  if (!parsed.ok) throw new OperatorError(parsed.problem)
  return onDatabase(call, async (url) => {
    await mustBePrepared(url)
    try {
      return await withProgramOn(url, () => use(operatorViewer()))
    } catch (error) {
      throw asSentence(error)
    }
  })
}

/** Throws a sentence unless the address leads to a MIG whose schema "dashboard" is up to date and may be written. */
export async function mustBePrepared(url: string): Promise<void> {
  await withDatabase(url, async (client, session) => {
    const vintage = await detectVintage(client)
    if (!isMig(vintage))
      throw new OperatorError(`The database "${session.database}" is not a MIG database: correct the address.`)
    const state = await migrationStateOf(client)
    if (state === 'hidden')
      throw new OperatorError(
        `"${session.role}" may not use schema "dashboard": let the database's owner run what \`npm run mig-dashboard -- db sql\` prints.`,
      )
    if (state.pending.length > 0)
      throw new OperatorError(
        'Schema "dashboard" is missing or not up to date: let the database\'s owner run what `npm run mig-dashboard -- db sql` prints.',
      )
    if (session.standby)
      throw new OperatorError(`The database "${session.database}" is a read-only standby: name the primary.`)
  })
}

/** What an operator is told of an error; itself where nothing is known of it. */
export function asSentence(error: unknown): unknown {
  if (error instanceof AppError) return new OperatorError(printable(error.message), error.code === 'invalid' ? 2 : 1)
  if (isUnavailable(error)) return new OperatorError('The database went away. Look with `audit verify` what was done.')
  if (isTimeout(error)) return new OperatorError('The database took too long, so nothing was changed. Try again.')
  const text = `${(error as Error)?.message} ${JSON.stringify((error as { meta?: unknown })?.meta ?? '')}`
  if (/42501|permission denied|must be owner/.test(text))
    return new OperatorError(
      `The database's role may not do this (${/permission denied for [\w "]+/.exec(text)?.[0] ?? 'permission denied'}): let its owner run what \`npm run mig-dashboard -- db sql\` prints.`,
    )
  return error
}

/** Asks before something is taken away: y goes on, everything else ends here with exit code 1. */
export async function confirm({ options, io }: Call, what: string): Promise<void> {
  if (options.yes === true) return
  if (!io.ask) throw new OperatorError(`${what} Nobody can be asked here: say --yes to do it.`, 2)
  const answer = await io.ask(`${what} Go on? [y/N] `)
  if (!/^y(es)?$/i.test(answer.trim())) throw new OperatorError('Nothing was changed.')
}

/** Prints a list under headings, each column as wide as it needs. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows].map((row) => row.map(printable))
  const widths = headings.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)))
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** A text out of the database for a terminal: control and invisible characters would be obeyed. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (c) => `\\u{${c.codePointAt(0)?.toString(16)}}`)
}
