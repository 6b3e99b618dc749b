import { raw, type Sql } from '@/lib/db/sql'
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
