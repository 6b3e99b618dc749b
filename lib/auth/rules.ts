import { PERMISSIONS } from '@/lib/mig/wire/permissions'

export const ROLES = ['admin', 'investigator', 'none'] as const
export type Role = (typeof ROLES)[number]

/** What decides about a person: our own row for this id and this fingerprint, and what MIG's row says. */
export type Person = {
  name: string
  /** 40 hex digits as stored, any case; null when the row has none. */
  fingerprint: string | null
  /** The role granted here, null when none was. */
  granted: Role | null
  disabled: boolean
  /** investigators.status of the 2019 layout; null in the others. */
  status: string | null
  /** investigators.permissions as digits; null in the layouts without it. */
  permissions: string | null
  /** Whether the database has status and permissions at all. */
  later: boolean
}

/** The rights of MIG's own mask that reading here takes for granted. */
const NEEDED = ['search', 'action', 'command', 'agent', 'dashboard'] as const
export const SCHEDULER_NAME = 'MIG Scheduler'

/** Whether the row is the scheduler's own: its key, or the name that MIG gives it. */
export function isScheduler(
  { name, fingerprint }: Pick<Person, 'name' | 'fingerprint'>,
  schedulerKeyId: string | null,
): boolean {
  if (name === SCHEDULER_NAME) return true
  return schedulerKeyId !== null && (fingerprint?.toUpperCase().endsWith(schedulerKeyId) ?? false)
}

/** What decided about a role. */
export type RoleReason = 'disabled' | 'scheduler' | 'status' | 'granted' | 'permissions' | 'default'

/**
 * The role that counts, and why. Granted here wins; without a grant everybody of MIG may read, in the 2019 layout only who
 * is active and holds the rights to read in MIG itself. The scheduler and disabled people have none.
 */
export function roleOf(person: Person, schedulerKeyId: string | null): { role: Role; why: RoleReason } {
  if (isScheduler(person, schedulerKeyId)) return { role: 'none', why: 'scheduler' }
  if (person.disabled) return { role: 'none', why: 'disabled' }
  if (person.later && person.status !== 'active') return { role: 'none', why: 'status' }
  if (person.granted) return { role: person.granted, why: 'granted' }
  if (person.later && person.permissions !== null && !holds(person.permissions))
    return { role: 'none', why: 'permissions' }
  return { role: 'investigator', why: 'default' }
}

/** The role that counts: `roleOf` without the reason. */
export function effectiveRole(person: Person, schedulerKeyId: string | null): Role {
  return roleOf(person, schedulerKeyId).role
}

function holds(mask: string): boolean {
  const bits = BigInt.asUintN(64, BigInt(mask))
  return NEEDED.every((right) => (bits >> BigInt(PERMISSIONS.indexOf(right))) % 2n === 1n)
}
