import { normalSql } from '@/lib/auth/person.sql'
import { raw, type Sql, sql } from '@/lib/db/sql'
import type { Vintage } from '@/lib/mig/vintage'

/** True where the row of alias `i` holds no key. */
export const keylessSql = (v: Vintage): Sql =>
  raw(
    v.publickey === 'bytea'
      ? 'coalesce(octet_length(i.publickey), 0) = 0'
      : `coalesce(btrim(i.publickey, E' \\t\\r\\n'), '') = ''`,
  )

/** The SHA-256 of the stored key in hex, or NULL where there is none: what is stored, without fetching it. */
export const keyDigestSql = (v: Vintage): Sql =>
  raw(
    `CASE WHEN ${keylessSql(v).sql} THEN NULL ELSE encode(sha256(${
      v.publickey === 'bytea' ? 'i.publickey' : `convert_to(i.publickey, 'UTF8')`
    }), 'hex') END`,
  )

/** True where the dashboard's own mark says that the person of alias `i` is disabled. */
export const markedSql: Sql = sql`EXISTS (SELECT FROM dashboard.person p WHERE p.investigator_id = i.id
  AND p.disabled_at IS NOT NULL AND p.fingerprint = ${normalSql(sql`i.pgpfingerprint`)})`
