import { setRole } from '@/lib/auth/people'
import { findPerson } from '@/lib/auth/people-queries'
import { ROLES, type Role } from '@/lib/auth/rules'
import { type Call, type Command, OperatorError } from '@/lib/cli/command'
import { changedText } from '@/lib/cli/investigator'
import { asOperator, confirm, printable, YES_OPTION } from '@/lib/cli/people-database'

const HELP = `ROLE is admin (may write), investigator (may read) or none (may not sign in). FPR is a fingerprint in any spelling, its
last 16 hexadecimal digits or more, or an investigator's id. The person's sessions end.`

const RANK: Record<Role, number> = { none: 0, investigator: 1, admin: 2 }

function roleOfCall({ args }: Call): Role {
  const role = args[1] as Role
  if (!ROLES.includes(role))
    throw new OperatorError(
      `There is no role "${args[1]}": write ${ROLES.slice(0, -1).join(', ')} or ${ROLES.at(-1)}.`,
      2,
    )
  return role
}

const grant: Command = {
  name: 'role grant',
  summary: 'Gives an investigator a role in the dashboard',
  args: ['FPR', 'ROLE'],
  help: `${HELP} Asks first when the person may do less afterwards.`,
  options: YES_OPTION,
  async run(call) {
    const role = roleOfCall(call)
    return asOperator(call, async (viewer) => {
      const person = await findPerson(viewer, call.args[0] ?? '')
      if (RANK[role] < RANK[person.role])
        await confirm(
          call,
          `${printable(person.name)} (investigator ${person.id}) is ${person.role} now and may do less as ${role}.`,
        )
      const { id, fingerprint, granted } = person
      const changed = await setRole(viewer, { investigatorId: id, fingerprint, role, seen: granted })
      call.io.out(call.json ? JSON.stringify(changed) : changedText(changed, `has the role ${role}`))
      return 0
    })
  },
}

const revoke: Command = {
  name: 'role revoke',
  summary: 'Takes a granted role back, so that the default counts again',
  args: ['FPR', 'ROLE'],
  help: `${HELP} Asks first.`,
  options: YES_OPTION,
  async run(call) {
    const role = roleOfCall(call)
    return asOperator(call, async (viewer) => {
      const person = await findPerson(viewer, call.args[0] ?? '')
      const { id, fingerprint, granted } = person
      if (granted !== role)
        throw new OperatorError(
          `${printable(person.name)} was not granted the role ${role}${granted ? ` but ${granted}` : ''}. Nothing was changed.`,
        )
      await confirm(call, `${printable(person.name)} (investigator ${id}) loses the granted role ${role}.`)
      const changed = await setRole(viewer, { investigatorId: id, fingerprint, role: null, seen: granted })
      call.io.out(call.json ? JSON.stringify(changed) : changedText(changed, `lost the role ${role}`))
      return 0
    })
  },
}

export const roleCommands: readonly Command[] = [grant, revoke]
