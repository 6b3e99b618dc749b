import 'server-only'
import { LIVE } from '@/lib/auth/sessions'
import type { Viewer } from '@/lib/auth/viewer'
import { pool } from '@/lib/db/pool'
import { sql } from '@/lib/db/sql'
import type { Answer } from '@/lib/mig/acl/answers'
import { type AclConsequences, getAclConsequences } from '@/lib/mig/acl/powers'
import { vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { OPEN_STATUSES } from './open-statuses'

/** What hangs on a person and the key. */
export type Consequences = {
  /** Actions that carry a signature of this person and are not done yet. */
  openActions: number
  /** Of these, the ones that are still valid after the key's expiry. */
  outliveKey: number
  sessions: number
  tokens: number
  weights: number
  signatures: number
  /** Rows of `manifestsig` (2019). */
  manifests: number
  /** What becomes of the rules of the ACL without the key; null while it is being counted. */
  acl: Answer<AclConsequences> | null
}

type Counted = Exclude<keyof Consequences, 'acl'>

/** What hangs on an investigator now; `expires` is the key's. */
export async function getConsequences(viewer: Viewer, id: MigId, expires: Instant | null): Promise<Consequences> {
  const v = await vintage()
  const manifests = v.columns.manifestsig
    ? sql`(SELECT count(*) FROM public.manifestsig m WHERE m.investigatorid = ${id}::numeric)`
    : sql`0`
  const open = sql`FROM public.signatures s JOIN public.actions a ON a.id = s.actionid
    WHERE s.investigatorid = ${id}::numeric AND a.status = ANY(${[...OPEN_STATUSES]}::text[])`
  const { rows } = await pool().query<Record<Counted, string>>(sql`
    SELECT (SELECT count(*) ${open}) AS "openActions",
      (SELECT count(*) ${open} AND a.expireafter > ${expires}::timestamptz) AS "outliveKey",
      (SELECT count(*) FROM dashboard.session s WHERE s.investigator_id = ${id}::numeric AND ${LIVE}) AS sessions,
      (SELECT count(*) FROM dashboard.token t WHERE t.investigator_id = ${id}::numeric AND t.revoked_at IS NULL
        AND t.expires_at > clock_timestamp()) AS tokens,
      (SELECT count(*) FROM public.invagtmodperm p WHERE p.investigatorid = ${id}::numeric) AS weights,
      (SELECT count(*) FROM public.signatures s WHERE s.investigatorid = ${id}::numeric) AS signatures,
      ${manifests} AS manifests`)
  const counts = Object.entries(rows[0] as Record<Counted, string>).map(([name, n]) => [name, Number(n)])
  return { ...(Object.fromEntries(counts) as Record<Counted, number>), acl: await getAclConsequences(viewer, id) }
}
