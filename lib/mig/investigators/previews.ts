import 'server-only'
import { normalSql } from '@/lib/auth/person.sql'
import { assertAdmin, type Viewer } from '@/lib/auth/viewer'
import { pool } from '@/lib/db/pool'
import { sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import { formatNumber } from '@/lib/format'
import { publickeySql, vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { now } from '@/lib/now'
import { KEY_PROBLEM_SENTENCES, type KeyFacts, type KeyReading, readKeyPackets } from '@/lib/pgp/key'
import { type KeyInput, type MaterialProblem, readKeyMaterial } from '@/lib/pgp/key-material'
import { type Consequences, getConsequences } from './consequences'
import { planReplacement, type Replacement, replacementWarnings } from './replacement'
import { keylessSql } from './stored-key.sql'
import { keyWarnings, proposedName, readUsableKey, UNUSABLE } from './usable-key'

/** What storing another key for a person would do. */
export type ReplacementPreview = Replacement & {
  name: string
  warnings: string[]
  /** What the old key leaves behind, for a rotation and a revocation. */
  consequences: Consequences
}

/**
 * What `replaceKey` would do with this key. For admins. Throws as it does, but for a lost race, which only the write can know.
 */
export async function previewReplacement(viewer: Viewer, id: MigId, input: KeyInput): Promise<ReplacementPreview> {
  assertAdmin(viewer)
  const { clock } = await now()
  const v = await vintage()
  const { rows } = await pool().query<{ name: string; fingerprint: string | null; stored: string | null }>(sql`
    SELECT i.name, i.pgpfingerprint AS fingerprint, ${publickeySql(v, 'i')} AS stored
    FROM public.investigators i WHERE i.id = ${id}::numeric`)
  const row = rows[0]
  if (!row) throw new AppError('not_found', `There is no investigator ${id}.`)
  const plan = await planReplacement(row, input, clock)
  const known = (await knownFingerprints([plan.key.fingerprint])).get(plan.key.fingerprint)
  if (known && known.id !== id)
    throw new AppError('conflict', `This key is known already: it is that of ${known.name} (investigator ${known.id}).`)
  return {
    ...plan,
    name: row.name,
    warnings: replacementWarnings(plan),
    consequences: await getConsequences(viewer, id, plan.key.expires),
  }
}

/** What a key that was given says, before it is stored; the text is the cleaned public key itself. */
export type KeyPreview = {
  key: KeyFacts
  name: string
  warnings: string[]
  /** The row of this fingerprint that has no key yet and would get this one. */
  completes: { id: MigId; name: string } | null
}

/** One key of a keyring file, and what importing it would do. */
export type KeyringRow = {
  /** Its place in the file, from 1 on. */
  place: number
  key: KeyFacts | null
  name: string
  verdict: 'new' | 'completes' | 'known' | 'twice' | 'refused'
  /** Why it is not taken, or which row it completes. */
  sentence: string | null
  warnings: string[]
}

export const MAX_KEYRING_KEYS = 500

/**
 * What importing a keyring file would do, key by key. For admins. Throws `invalid` for what is no keyring; one private key in it
 * refuses all of it.
 */
export async function previewKeyring(viewer: Viewer, input: KeyInput): Promise<KeyringRow[]> {
  assertAdmin(viewer)
  const { clock } = await now()
  const material = await readKeyMaterial(input)
  if (!material.ok) throw new AppError('invalid', KEYRING_PROBLEMS[material.problem])
  if (material.keys.length > MAX_KEYRING_KEYS)
    throw new AppError(
      'invalid',
      `These are ${formatNumber(material.keys.length)} keys; at most ${MAX_KEYRING_KEYS} are imported at a time. Split the keyring.`,
    )
  const readings: KeyReading[] = []
  for (const packets of material.keys) readings.push(await readKeyPackets(packets, clock))
  const known = await knownFingerprints(readings.flatMap((reading) => (reading.ok ? [reading.key.fingerprint] : [])))
  const seen = new Set<string>()
  return readings.map((reading, i) => keyringRow(i + 1, reading, known, seen))
}

const KEYRING_PROBLEMS: Readonly<Record<MaterialProblem, string>> = {
  ...KEY_PROBLEM_SENTENCES,
  'too-large': 'The file is larger than 8 MB. Split the keyring, or export it without signatures of others.',
  private: 'There is a private key in it. Nothing of the file was kept. Give the public keyring instead: gpg --export.',
}

function keyringRow(
  place: number,
  reading: KeyReading,
  known: ReadonlyMap<string, Known>,
  seen: Set<string>,
): KeyringRow {
  if (!reading.ok) return { place, key: null, name: '', verdict: 'refused', sentence: reading.sentence, warnings: [] }
  const { key } = reading
  const row = known.get(key.fingerprint)
  const base = { place, key, name: proposedName(key), warnings: keyWarnings(key) }
  if (seen.has(key.fingerprint))
    return { ...base, verdict: 'twice', sentence: 'The same key stands further up in this file.' }
  seen.add(key.fingerprint)
  if (row && !row.keyless)
    return { ...base, verdict: 'known', sentence: `It is that of ${row.name} (investigator ${row.id}) already.` }
  if (key.cannotSign) return { ...base, verdict: 'refused', sentence: UNUSABLE[key.cannotSign] }
  if (row) return { ...base, name: row.name, verdict: 'completes', sentence: `It goes into the row of ${row.name}.` }
  if (base.name === '')
    return { ...base, verdict: 'refused', sentence: 'It has no user id to take a name from: add it by itself.' }
  return { ...base, verdict: 'new', sentence: null }
}

type Known = { id: MigId; name: string; fingerprint: string; keyless: boolean }

/** The rows of these fingerprints (upper-case hex), by fingerprint. */
export async function knownFingerprints(fingerprints: readonly string[]): Promise<Map<string, Known>> {
  const v = await vintage()
  const { rows } = await pool().query<Known>(sql`
    SELECT trunc(i.id)::text AS id, i.name, ${normalSql(sql`i.pgpfingerprint`)} AS fingerprint, ${keylessSql(v)} AS keyless
    FROM public.investigators i WHERE ${normalSql(sql`i.pgpfingerprint`)} = ANY(${[...fingerprints]}::text[])
    ORDER BY i.id DESC`)
  return new Map(rows.map((row) => [row.fingerprint, row]))
}

/**
 * What adding this key would store. For admins. Throws `invalid` for what is not one usable public key, `conflict` for a key
 * that is known.
 */
export async function previewKey(viewer: Viewer, input: KeyInput): Promise<KeyPreview> {
  assertAdmin(viewer)
  const { clock } = await now()
  const key = await readUsableKey(input, clock)
  const known = (await knownFingerprints([key.fingerprint])).get(key.fingerprint)
  if (known && !known.keyless)
    throw new AppError(
      'conflict',
      `This key is known already: it is that of ${known.name} (investigator ${known.id}). To store it with a new expiry or subkeys, replace it there.`,
    )
  return {
    key,
    name: proposedName(key),
    warnings: keyWarnings(key),
    completes: known ? { id: known.id, name: known.name } : null,
  }
}
