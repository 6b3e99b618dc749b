import { open } from 'node:fs/promises'
import path from 'node:path'
import { KEY_HINDRANCE_WORDS } from '@/lib/auth/key-hindrance'
import { disablePerson, enablePerson, type PersonChanged } from '@/lib/auth/people'
import { findPerson, listPeople, type PersonFacts } from '@/lib/auth/people-queries'
import type { RoleReason } from '@/lib/auth/rules'
import { type Call, type Command, OperatorError } from '@/lib/cli/command'
import { URL_OPTION } from '@/lib/cli/db'
import { asOperator, confirm, printable, table, YES_OPTION } from '@/lib/cli/people-database'
import { addInvestigator } from '@/lib/mig/investigators/mutations'
import { addSchema } from '@/lib/mig/investigators/schema'

const FPR_HELP = `FPR is a fingerprint in any spelling, its last 16 hexadecimal digits or more, or an investigator's id.`
const MAX_FILE_BYTES = 1_000_000

const add: Command = {
  name: 'investigator add',
  summary: 'Adds an investigator from a file with a public key, armored or binary',
  args: ['FILE.asc'],
  help: `FILE.asc is what gpg --armor --export prints; - reads it from standard input. A row of the same fingerprint without a key
is completed. What speaks against the key is said on standard error. With --admin the person becomes an admin of the dashboard: so the first one comes in.`,
  options: {
    ...URL_OPTION,
    admin: { type: 'boolean', help: 'make the person an admin of the dashboard' },
    name: { type: 'string', value: 'NAME', help: "the person's name, instead of the one in the key's user id" },
  },
  async run(call) {
    const { name, admin } = call.options
    const key = await readKeyFile(call)
    const input = addSchema.safeParse({ name })
    if (!input.success) throw new OperatorError(input.error.issues[0]?.message ?? 'This is no key.', 2)
    return asOperator(call, async (viewer) => {
      const options = { complete: true, admin: admin === true, anyway: true }
      const added = await addInvestigator(viewer, { name: input.data.name, key }, options)
      for (const warning of added.warnings) call.io.err(`Warning: ${warning}`)
      const { id, fingerprint, completed } = added
      if (call.json)
        call.io.out(JSON.stringify({ id, name: added.name, fingerprint, completed, admin: admin === true }))
      else
        call.io.out(
          `${completed ? `The key is stored in the row of ${printable(added.name)}` : `${printable(added.name)} is added`}: investigator ${id}, fingerprint ${fingerprint}${admin === true ? ', an admin of the dashboard' : ''}.`,
        )
      return 0
    })
  },
}

async function readKeyFile({ args, io }: Call): Promise<string | Uint8Array> {
  const [file = ''] = args
  if (file === '-') {
    if (!io.read) throw new OperatorError('There is no standard input to read.', 2)
    return io.read()
  }
  // Meant from where the operator is.
  const full = path.resolve(io.environment.INIT_CWD ?? process.cwd(), file)
  try {
    const handle = await open(full)
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_FILE_BYTES + 1), 0, MAX_FILE_BYTES + 1, 0)
      if (bytesRead > MAX_FILE_BYTES) throw new OperatorError(`${full} is far larger than a key.`)
      return buffer.subarray(0, bytesRead)
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (error instanceof OperatorError) throw error
    const code = (error as NodeJS.ErrnoException).code
    const why: Record<string, string> = {
      ENOENT: 'is not there',
      EACCES: 'may not be read by this account',
      EISDIR: 'is a folder',
    }
    throw new OperatorError(`${full} ${why[code ?? ''] ?? `cannot be read (${code})`}.`)
  }
}

const REASON: Record<RoleReason, string> = {
  disabled: 'disabled here',
  scheduler: "the scheduler's own row",
  status: 'not active in MIG',
  granted: 'granted',
  permissions: "by MIG's permissions",
  default: 'by default',
}

const list: Command = {
  name: 'investigator list',
  summary: 'Lists the investigators with their roles and whether they can sign in',
  options: URL_OPTION,
  async run(call) {
    const people = await asOperator(call, listPeople)
    if (call.json) call.io.out(JSON.stringify(people, null, 2))
    else
      call.io.out(
        people.length === 0
          ? 'There are no investigators.'
          : table(['ID', 'NAME', 'FINGERPRINT', 'ROLE', 'SIGN-IN'], people.map(listed)),
      )
    return 0
  },
}

function listed(person: PersonFacts): string[] {
  const { id, name, fingerprint, role, why, hindrance } = person
  return [
    id,
    name,
    fingerprint ?? 'none',
    `${role} (${REASON[why]})`,
    role === 'none' ? 'no' : hindrance ? `no: ${KEY_HINDRANCE_WORDS[hindrance]}` : 'yes',
  ]
}

/** The sentence about a change of a person. */
export function changedText({ name, role, sessionsEnded, tokensRevoked }: PersonChanged, what: string): string {
  const ended = [
    sessionsEnded > 0 ? `${sessionsEnded} of the sessions ended` : '',
    tokensRevoked > 0 ? `${tokensRevoked} of the tokens revoked` : '',
  ].filter(Boolean)
  return `${printable(name)} ${what}; the role that counts is ${role}${ended.length > 0 ? ` (${ended.join(', ')})` : ''}.`
}

const disable: Command = {
  name: 'investigator disable',
  summary: 'Takes sign-in and tokens away from an investigator',
  args: ['FPR'],
  help: `${FPR_HELP} In the layout of 2019 MIG's own status becomes disabled too, which counts for its API. Neither the API's
keyring of 2014 nor the agents are told: their files stay as they are. Asks first.`,
  options: YES_OPTION,
  async run(call) {
    return asOperator(call, async (viewer) => {
      const person = await findPerson(viewer, call.args[0] ?? '')
      await confirm(call, `${printable(person.name)} (investigator ${person.id}) will not be able to sign in.`)
      const changed = await disablePerson(viewer, { investigatorId: person.id, fingerprint: person.fingerprint })
      call.io.out(call.json ? JSON.stringify(changed) : changedText(changed, 'is disabled'))
      return 0
    })
  },
}

const enable: Command = {
  name: 'investigator enable',
  summary: 'Undoes disabling an investigator',
  args: ['FPR'],
  help: `${FPR_HELP} In the layout of 2019 MIG's own status becomes active too. Revoked tokens stay revoked.`,
  options: URL_OPTION,
  async run(call) {
    return asOperator(call, async (viewer) => {
      const person = await findPerson(viewer, call.args[0] ?? '')
      const changed = await enablePerson(viewer, { investigatorId: person.id, fingerprint: person.fingerprint })
      call.io.out(call.json ? JSON.stringify(changed) : changedText(changed, 'is enabled'))
      return 0
    })
  },
}

export const investigatorCommands: readonly Command[] = [add, list, disable, enable]
