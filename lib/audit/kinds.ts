/** What the audit's kinds are about, in the order of the filter; a kind belongs to the area before its first dot. */
export const AREAS: Readonly<Record<string, string>> = {
  acl: 'ACL',
  investigator: 'Investigators',
  module: 'Modules',
  role: 'Roles',
  session: 'Sign-in and sessions',
  token: 'Tokens',
  view: 'Saved views',
  export: 'Exports',
  audit: 'The audit itself',
}

/** The areas whose rows are changes to MIG's own tables: every investigator sees them. */
export const MIG_AREAS: readonly string[] = ['acl', 'investigator', 'module']

/** What was done, in words. */
export const KINDS: Readonly<Record<string, string>> = {
  'acl.batch.save': 'ACL cells saved',
  'acl.batch.bulk': 'ACL cells set by filter',
  'acl.batch.import': 'ACL cells imported',
  'acl.batch.carry-over': 'ACL cells carried over',
  'acl.batch.revert': 'ACL batch reverted',
  'acl.minimum.set': 'Minimum weight set',
  'acl.minimum.remove': 'Minimum weight removed',
  'acl.weight.set': 'Weight set',
  'acl.weight.remove': 'Weight removed',
  'module.add': 'Module added',
  'module.rename': 'Module renamed',
  'module.remove': 'Module removed',
  'module.mark': 'Module marked sensitive',
  'module.unmark': 'Module not sensitive any more',
  'acl.file.export': 'Agents’ ACL files exported',
  'acl.file.compare': 'Agent’s ACL file compared',
  'investigator.add': 'Investigator added',
  'investigator.complete': 'Key added to a row',
  'investigator.replace': 'Key replaced',
  'investigator.rotate': 'Replaced by a row with a new key',
  'investigator.rename': 'Investigator renamed',
  'investigator.remove': 'Investigator removed',
  'investigator.disable': 'Person disabled',
  'investigator.enable': 'Person enabled',
  'role.grant': 'Role granted',
  'role.revoke': 'Role taken back',
  'session.begin': 'Signed in',
  'session.refuse': 'Sign-in refused',
  'session.end': 'Session ended',
  'token.create': 'Token made',
  'token.revoke': 'Token revoked',
  'view.save': 'View saved',
  'view.change': 'View changed',
  'view.remove': 'View removed',
  'view.default': 'Default view chosen',
  'export.make': 'List exported',
  'export.download': 'File downloaded',
  'audit.checkpoint': 'Old rows removed',
}

/** The kind in words; one that is not known is shown as it is stored. */
export function kindInWords(kind: string): string {
  return Object.hasOwn(KINDS, kind) ? (KINDS[kind] as string) : kind
}

/** The area that a kind belongs to. */
export function areaOf(kind: string): string {
  return kind.split('.', 1)[0] ?? kind
}
