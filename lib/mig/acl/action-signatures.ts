import 'server-only'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import { readJson } from '@/lib/mig/actions/schema'
import { readStoredSignature } from '@/lib/mig/signatures/read'
import { publickeySql, vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { readPublicKey } from '@/lib/pgp/key'
import { normalFingerprint } from './rule'

/** The most signers of a question. */
export const MOST_SIGNERS = 50

/** Somebody in the table of signatures; `subkeys` are the fingerprints of the key's signing subkeys, where they are known. */
export type Signed = { id: MigId; fingerprint: string | null; subkeys?: readonly string[] }

/** The key ids that the stored signatures name. */
function keyIdsIn(stored: string | null): string[] {
  const texts = readJson(stored)
  return (Array.isArray(texts) ? texts.slice(0, 2 * MOST_SIGNERS) : []).flatMap((text) => {
    const found = typeof text === 'string' ? readStoredSignature(text) : null
    return found?.ok && found.read.keyId ? [found.read.keyId] : []
  })
}

const isOf = ({ fingerprint, subkeys = [] }: Signed, keyId: string) =>
  [normalFingerprint(fingerprint), ...subkeys].some((part) => part?.endsWith(keyId))

/**
 * The signers, each as often as the stored signatures name their key, its primary key or a subkey: agents compare the primary
 * key's fingerprint, and the table of signatures has each person once, however often they signed.
 */
export function signaturesOf(stored: string | null, signers: readonly Signed[]): MigId[] {
  const keyIds = keyIdsIn(stored)
  return signers.flatMap((signer) => {
    const times = keyIds.filter((keyId) => isOf(signer, keyId)).length
    return Array.from({ length: Math.max(times, 1) }, () => signer.id)
  })
}

/** The signers with the subkeys of their stored keys, which are read only where a signature names none of the primary keys. */
export async function withSubkeys(stored: string | null, signers: readonly Signed[]): Promise<Signed[]> {
  const keyIds = keyIdsIn(stored)
  if (keyIds.every((keyId) => signers.some((signer) => isOf(signer, keyId)))) return [...signers]
  const v = await vintage()
  const { rows } = await reader().query<{ id: MigId; publickey: string | null; clock: Instant }>(sql`
    SELECT trunc(i.id)::text AS id, ${publickeySql(v, 'i')} AS publickey, clock_timestamp() AS clock
    FROM public.investigators i WHERE i.id = ANY(${signers.map(({ id }) => id)}::numeric[]) LIMIT ${MOST_SIGNERS}`)
  const subkeys = new Map<string, string[]>()
  for (const { id, publickey, clock } of rows) {
    const reading = publickey?.trim() ? await readPublicKey(publickey, clock) : null
    if (!reading?.ok) continue
    const signing = reading.key.parts.filter((part) => part.kind === 'subkey' && part.capabilities.includes('sign'))
    // A stored key under another fingerprint says nothing of this person's signatures.
    const fingerprint = signers.find((signer) => signer.id === id)?.fingerprint ?? null
    if (reading.key.fingerprint === normalFingerprint(fingerprint))
      subkeys.set(
        id,
        signing.map((part) => part.fingerprint),
      )
  }
  return signers.map((signer) => ({ ...signer, subkeys: subkeys.get(signer.id) ?? [] }))
}
