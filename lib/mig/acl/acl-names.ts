import 'server-only'
import { disabledSql, personFrom } from '@/lib/auth/person.sql'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import { vintage } from '@/lib/mig/vintage'
import type { AclNames } from './acl-digest.sql'
import type { AclPerson } from './agent-file'
import type { RuleModule } from './rule'

/** Who and what an ACL file can name now. `twins` are names that two modules have: while there are any, no file can be made. */
export async function readAclNames(): Promise<AclNames & { twins: string[] }> {
  const [modules, people] = await Promise.all([
    reader().query<RuleModule>(sql`SELECT trunc(id)::text AS id, name FROM public.modules ORDER BY name, id`),
    reader().query<AclPerson>(sql`
      SELECT trunc(i.id)::text AS id, i.name, i.pgpfingerprint AS fingerprint, ${disabledSql(await vintage())} AS disabled
      FROM ${personFrom} ORDER BY i.id`),
  ])
  const names = modules.rows.map(({ name }) => name)
  const twins = [...new Set(names.filter((name, i) => names.indexOf(name) !== i))]
  return { modules: modules.rows, people: people.rows, twins }
}

/** Throws `conflict` while two modules have one name: the tables do not say whose rules a file would hold. */
export function mustBeClear({ twins }: { twins: readonly string[] }): void {
  if (twins.length > 0)
    throw new AppError(
      'conflict',
      `Two modules have the name ${twins.map((name) => `"${name}"`).join(', ')}, so that the tables do not say whose rules a file would hold. Rename one of them first.`,
    )
}
