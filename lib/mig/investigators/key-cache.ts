import 'server-only'
import { createHash } from 'node:crypto'
import type { Instant } from '@/lib/mig/wire/time'
import { type KeyReading, readPublicKey } from '@/lib/pgp/key'

const MAX_ENTRIES = 2000
const FRESH_MS = 60_000

type Entry = { at: number; reading: Promise<KeyReading> }

// What a key says changes only with the clock (expiry, revocation dates), so a reading holds for a minute.
const entries = new Map<string, Entry>()

/** The key of a stored text as it is now; the same text is parsed once a minute at most. */
export function readStoredKey(text: string, clock: Instant): Promise<KeyReading> {
  const name = createHash('sha256').update(text).digest('base64')
  const at = Date.parse(clock)
  const known = entries.get(name)
  if (known && Math.abs(at - known.at) < FRESH_MS) return known.reading
  const reading = readPublicKey(text, clock)
  entries.delete(name)
  entries.set(name, { at, reading })
  // On a busy machine a good key may run into its deadline: the next one to ask tries again.
  void reading.then((read) => {
    if (!read.ok && read.problem === 'too-slow' && entries.get(name)?.reading === reading) entries.delete(name)
  })
  if (entries.size > MAX_ENTRIES) entries.delete(entries.keys().next().value as string)
  return reading
}
