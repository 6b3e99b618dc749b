import { verifyChain } from '@/lib/audit/verify'
import { type Command, OperatorError } from '@/lib/cli/command'
import { URL_OPTION } from '@/lib/cli/db'
import { asOperator } from '@/lib/cli/people-database'
import { pool } from '@/lib/db/pool'
import { formatCount } from '@/lib/format'

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

export const auditCommands: readonly Command[] = [verify]
