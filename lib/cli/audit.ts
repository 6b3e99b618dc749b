import { checkpoint } from '@/lib/audit/checkpoint'
import { verifyChain } from '@/lib/audit/verify'
import { type Command, OperatorError } from '@/lib/cli/command'
import { onDatabase, URL_OPTION } from '@/lib/cli/db'
import { asOperator, asSentence, confirm, mustBePrepared, YES_OPTION } from '@/lib/cli/people-database'
import { pool } from '@/lib/db/pool'
import { withDatabase } from '@/lib/db/setup'
import { formatCount } from '@/lib/format'
import type { Instant } from '@/lib/mig/wire/time'

const HEAD = /^[0-9a-f]{64}$/i

const verify: Command = {
  name: 'audit verify',
  summary: 'Computes the chain of the audit again and names its first broken link',
  help: `Prints the chain's head: keep it somewhere else and give it with --expect the next time, so that rows cut off at the end
are seen as well. Exit code 1 when the chain is broken.`,
  options: {
    ...URL_OPTION,
    expect: { type: 'string', value: 'HEAD', help: 'a head printed earlier, which the chain must still hold' },
  },
  async run(call) {
    const expect = call.options.expect === undefined ? undefined : String(call.options.expect).trim()
    if (expect !== undefined && !HEAD.test(expect))
      throw new OperatorError('--expect takes a head as `audit verify` prints it: 64 hexadecimal digits.', 2)
    const state = await asOperator(call, () => verifyChain(pool(), { expect }))
    if (call.json) call.io.out(JSON.stringify(state))
    else if (state.ok)
      call.io.out(
        state.head === null
          ? 'The audit is empty.'
          : `The audit's ${formatCount(state.rows, 'row')} belong together. Head:\n${state.head}`,
      )
    else call.io.err(state.why)
    return state.ok ? 0 : 1
  },
}

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** The beginning of a day in UTC; throws a sentence for what is none, or has not begun. */
function dayOf(text: string): Instant {
  const at = DAY.test(text) ? new Date(`${text}T00:00:00Z`) : null
  if (!at || Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== text)
    throw new OperatorError('--before takes a day in UTC, such as 2025-01-31.', 2)
  if (at.getTime() > Date.now()) throw new OperatorError(`--before: ${text} has not begun.`, 2)
  return at.toISOString() as Instant
}

const checkpointCommand: Command = {
  name: 'audit checkpoint',
  summary: 'Takes away the audit from before a day, and leaves a row that stands for it',
  help: `With the cells of the batches among it; sessions, tokens and rules are not touched. The row that is left has the number and
the last hash of what is gone, so that the chain goes on. Nothing is removed where the chain is broken. Needs the URL of
the schema's owner; keep a dump, and the head that is printed.`,
  options: { ...YES_OPTION, before: { type: 'string', value: 'DAY', help: 'the first day in UTC that is kept' } },
  async run(call) {
    if (call.options.before === undefined)
      throw new OperatorError('Say with --before from which day on rows are kept.', 2)
    const before = dayOf(String(call.options.before).trim())
    await confirm(call, `The audit from before ${before.slice(0, 10)} is removed for ever.`)
    const done = await onDatabase(
      call,
      async (url) => {
        await mustBePrepared(url)
        return withDatabase(url, (client) => checkpoint(client, before)).catch((error) => {
          throw asSentence(error)
        })
      },
      'owner',
    )
    if (call.json) call.io.out(JSON.stringify(done))
    else if (done.removed === 0) call.io.out('There is nothing from before that day.')
    else call.io.out(`${formatCount(done.removed, 'row')} are removed, up to row ${done.lastId}. Head:\n${done.head}`)
    return 0
  },
}

export const auditCommands: readonly Command[] = [verify, checkpointCommand]
