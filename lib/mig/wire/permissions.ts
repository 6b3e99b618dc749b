/** The bits of `investigators.permissions`, lowest first (mig-domain 9.3, since 2016). */
export const PERMISSIONS = [
  'search',
  'action',
  'action_create',
  'command',
  'agent',
  'dashboard',
  'loader',
  'loader_status',
  'loader_expect',
  'loader_key',
  'loader_new',
  'manifest',
  'manifest_sign',
  'manifest_new',
  'manifest_status',
  'manifest_loaders',
  'investigator',
  'investigator_create',
  'investigator_update',
] as const

/** The mask that MIG gives to a new investigator: the first six. */
export const DEFAULT_PERMISSIONS = '63'

/** What a stored mask allows, and the bits that no version of MIG names. `mask` is the column's digits, null for none. */
export function readPermissions(mask: string | null): { allowed: string[]; unknownBits: number[] } {
  const allowed: string[] = []
  const unknownBits: number[] = []
  // As PostgreSQL's bigint holds it: a negative mask has the upper bits set.
  const bits = BigInt.asUintN(64, BigInt(mask ?? '0'))
  for (let bit = 0; bit < 64; bit++) {
    if ((bits >> BigInt(bit)) % 2n === 0n) continue
    const name = PERMISSIONS[bit]
    if (name) allowed.push(name)
    else unknownBits.push(bit)
  }
  return { allowed, unknownBits }
}
