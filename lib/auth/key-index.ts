import 'server-only'
import * as openpgp from 'openpgp'
import { pool } from '@/lib/db/pool'
import { sql } from '@/lib/db/sql'
import { publickeySql, vintage } from '@/lib/mig/vintage'

// Digest of the stored text → the key ids in it. Keys change seldom, and a digest never means another text.
const known = new Map<string, string[]>()
const MAX_KNOWN = 20_000
const CONFIG: openpgp.Config = {
  ...openpgp.config,
  minRSABits: 512,
  rejectCurves: new Set(),
  rejectPublicKeyAlgorithms: new Set(),
}

/** The key ids (16 hex digits, primary and subkeys) by digest; reads only keys that were not seen before. A broken key has none. */
export async function keyIdsOf(
  rows: { id: string; digest: string }[],
  read: (ids: string[]) => Promise<{ id: string; publickey: string }[]>,
): Promise<Map<string, string[]>> {
  const unread = rows.filter((row) => !known.has(row.digest))
  if (unread.length > 0) {
    if (known.size + unread.length > MAX_KNOWN) known.clear()
    const digests = new Map(unread.map((row) => [row.id, row.digest]))
    for (const { id, publickey } of await read(unread.map((row) => row.id))) {
      const digest = digests.get(id)
      if (digest) known.set(digest, await idsIn(publickey))
    }
  }
  return known
}

async function idsIn(armoredKey: string): Promise<string[]> {
  const key = await openpgp.readKey({ armoredKey, config: CONFIG }).catch(() => null)
  return key ? key.getKeyIDs().map((id) => id.toHex()) : []
}

/** The investigators whose stored key has one of these key ids (16 hex digits, any case), primary or subkey. */
export async function investigatorsHolding(keyIds: readonly string[]): Promise<string[]> {
  const v = await vintage()
  const { rows } = await pool().query<{ id: string; digest: string }>(sql`
    SELECT trunc(i.id)::text AS id, md5(${publickeySql(v, 'i')}) AS digest FROM public.investigators i
    WHERE i.publickey IS NOT NULL`)
  const ids = await keyIdsOf(rows, async (wanted) => {
    const { rows: keys } = await pool().query<{ id: string; publickey: string }>(sql`
      SELECT trunc(i.id)::text AS id, ${publickeySql(v, 'i')} AS publickey FROM public.investigators i
      WHERE i.id = ANY(${wanted}::numeric[])`)
    return keys
  })
  const sought = new Set(keyIds.map((id) => id.toLowerCase()))
  return rows.filter((row) => ids.get(row.digest)?.some((id) => sought.has(id))).map((row) => row.id)
}

/** The primary key's fingerprint in upper-case hex, or null when the text is no key. */
export async function primaryFingerprint(armoredKey: string): Promise<string | null> {
  const key = await openpgp.readKey({ armoredKey, config: CONFIG }).catch(() => null)
  return key ? key.getFingerprint().toUpperCase() : null
}
