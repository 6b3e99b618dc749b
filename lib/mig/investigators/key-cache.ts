import 'server-only'
import { createHash } from 'node:crypto'
import { compareInstants, type Instant } from '@/lib/mig/wire/time'
import { type KeyReading, readPublicKey } from '@/lib/pgp/key'

const MAX_ENTRIES = 5000

type Entry = { from: Instant; reading: Promise<KeyReading> }

// What a key says changes only with the clock, and a key tells when: until then a reading holds.
const entries = new Map<string, Entry>()

async function fresh(name: string, clock: Instant): Promise<KeyReading | null> {
  const entry = entries.get(name)
  if (!entry || compareInstants(clock, entry.from) < 0) return null
  const reading = await entry.reading
  const until = reading.ok ? reading.key.holdsUntil : null
  return until !== null && compareInstants(clock, until) >= 0 ? null : reading
}

function remember(name: string, clock: Instant, reading: Promise<KeyReading>): Promise<KeyReading> {
  entries.delete(name)
  entries.set(name, { from: clock, reading })
  // On a busy machine a good key may run into its deadline: the next one to ask tries again.
  void reading.then((read) => {
    if (!read.ok && read.problem === 'too-slow' && entries.get(name)?.reading === reading) entries.delete(name)
  })
  if (entries.size > MAX_ENTRIES) entries.delete(entries.keys().next().value as string)
  return reading
}

/** The key of a stored text as it is at a moment; the same text is parsed again only when something in it begins or ends. */
export async function readStoredKey(text: string, clock: Instant): Promise<KeyReading> {
  const name = createHash('sha256').update(text).digest('hex')
  return (await fresh(name, clock)) ?? remember(name, clock, readPublicKey(text, clock))
}

/**
 * The keys of many rows by id; null where none is stored. `fetch` gives the texts of the rows whose `digest` was not seen
 * before, so that a page of known keys fetches and parses none.
 */
export async function readStoredKeys(
  rows: readonly { id: string; digest: string | null }[],
  clock: Instant,
  fetch: (ids: string[]) => Promise<{ id: string; publickey: string | null }[]>,
): Promise<Map<string, KeyReading | null>> {
  const found = new Map<string, KeyReading | null>()
  const unread: { id: string; digest: string }[] = []
  for (const { id, digest } of rows) {
    const reading = digest === null ? null : await fresh(`row ${digest}`, clock)
    if (digest !== null && reading === null) unread.push({ id, digest })
    else found.set(id, reading)
  }
  if (unread.length === 0) return found
  const texts = new Map((await fetch(unread.map((row) => row.id))).map((row) => [row.id, row.publickey]))
  for (const { id, digest } of unread) {
    const text = texts.get(id)
    found.set(id, text ? await remember(`row ${digest}`, clock, readPublicKey(text, clock)) : null)
  }
  return found
}
